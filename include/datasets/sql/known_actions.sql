-- Splits and dividends of each symbol that was ever asked for either; splits_through is null where it was not for splits.
select
    asked.symbol,
    max(asked.asked_through) filter (where asked.kind = 'split') as splits_through,
    (
        select coalesce(jsonb_agg(jsonb_build_array(known.kind, known.effective_date, known.value::text)), '[]')
        from corporate_action as known
        where known.symbol = asked.symbol
    ) as actions
from corporate_action_check as asked
where asked.symbol = any(%(symbols)s)
group by asked.symbol
