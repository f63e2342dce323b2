-- What a run learnt that a person should hear once.
select symbol || ' was delisted on ' || delisted_on || ': its history stays, and nothing more is asked of it.'
from instrument
where delisted_in = %(run)s
union all
select
    'The listing was not brought, so symbols are judged by what was known before. ' || reason
from request
where pipeline_run_id = %(run)s and function = 'LISTING_STATUS' and outcome = 'failed'
union all
select distinct reason
from request
where pipeline_run_id = %(run)s and kind in ('PremiumRequired', 'RefusedBefore') and outcome <> 'failed'
order by 1
