create view watched_instrument as
select
    instrument.symbol,
    instrument.exchange,
    instrument.state
from instrument
where
    instrument.state <> 'delisted'
    and instrument.symbol in (
        select unnest(pipeline_run.symbols)
        from pipeline_run
        where
            pipeline_run.dag_id = 'stock_data_pipeline'
            and pipeline_run.clock > (
                select max(newest.clock) from pipeline_run as newest where newest.dag_id = 'stock_data_pipeline'
            ) - interval '7 days'
    );
comment on view watched_instrument is
    'Symbols of the daily runs of the last seven days with one, but delisted ones: those that can be behind.';
comment on column watched_instrument.symbol is 'As in instrument.';
comment on column watched_instrument.exchange is 'As in instrument.';
comment on column watched_instrument.state is 'As in instrument.';
