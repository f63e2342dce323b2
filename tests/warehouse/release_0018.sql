-- A warehouse of the last release, at revision 0018: at least two rows in every table (warehouse_origin has one by
-- design), and in its own tables both a value and a null wherever one may be. It stays as it is: a later release has a
-- file of its own. Awkward on purpose: six decimals and none, zero and negative prices, volumes beyond 32 bits, both
-- hours that New York calls 01:30 on 2025-11-02, microseconds, JSON, quotes, line ends, trailing blanks, many scripts.

insert into warehouse_origin (origin, claimed_at) values ('market', '2025-11-02T01:30:00.000001-05:00');

insert into pipeline_run (dag_id, run_id, clock, simulated, symbols, started_at, ended_at, state, message) values
-- 1
('stock_data_backfill', 'manual__2025-11-02T05:30:00+00:00', '2025-11-02T05:30Z', true, '{}',
 '2025-11-02T05:30:00.000001Z', '2025-11-02T06:30:00Z', 'success', null),
-- 2
('stock_data_pipeline', 'scheduled__2026-05-14T06:00:00+00:00', '2026-05-14T06:00Z', false,
 '{IBM,AAPL,BRK-B,TSCO.LON,FDRXX,OLDCO}', '2026-05-14T06:00:01.25Z', '2026-05-14T06:04:59.999999Z', 'success', ''),
-- 3
('stock_data_pipeline', 'scheduled__2026-05-15T06:00:00+00:00', '2026-05-15T06:00Z', false,
 '{IBM,AAPL,BRK-B,TSCO.LON,FDRXX}', '2026-05-15T06:00:01Z', '2026-05-15T08:12:00Z', 'failed',
 E'IBM: 1 row is in quarantine (low_positive).\nTSCO.LON: no data – “frozen” \\ \U0001F422'),
-- 4
('stock_data_pipeline', 'manual__2026-05-16T15:00:00+09:00', '2026-05-16T15:00:00+09:00', false,
 '{IBM,AAPL,BRK-B,TSCO.LON}', '2026-05-16T06:00:00.123456Z', null, 'running', null),
-- 5
('market_data_extra', 'scheduled__2026-05-16T07:00:00+00:00', '2026-05-16T07:00Z', false,
 '{eur_usd,eur_usd_5min,us_unemployment,ibm_weekly,ibm_overview}', '2026-05-16T07:00:02Z', '2026-05-16T07:00:40Z',
 'success', null);

insert into request (
    pipeline_run_id, symbol, function, outputsize, outcome, path, origin, fetched_at, final_through, kind, reason,
    recorded_at
) values
(2, 'IBM', 'TIME_SERIES_DAILY', 'compact', 'fetched', 'raw/2026-05-14/IBM.json.gz', 'market',
 '2026-05-14T06:00:03.5Z', '2026-05-13', null, null, '2026-05-14T06:00:03.75Z'),
(2, '*active', 'LISTING_STATUS', '', 'reused', 'raw/2026-05-10/active.csv.gz', 'market', '2026-05-10T06:00:03Z',
 null, null, null, '2026-05-14T06:00:01.5Z'),
(2, 'OLDCO', 'TIME_SERIES_DAILY', 'compact', 'left out', null, null, null, null, null,
 'OLDCO was delisted on 2025-11-03.', '2026-05-14T06:00:01.5Z'),
(3, 'TSCO.LON', 'TIME_SERIES_DAILY', 'full', 'failed', 'raw/2026-05-15/TSCO.LON.txt', 'market',
 '2026-05-15T06:00:09Z', null, 'UnreadableBody', E'Zeile 2: „1.234,5“ ist keine Zahl.\tTry again.',
 '2026-05-15T06:00:09.000009Z'),
(3, 'AAPL', 'DIVIDENDS', '', 'deferred', null, null, null, null, 'DailyQuotaExceeded',
 'The 25 calls of the day are spent.', '2026-05-15T06:00:10Z'),
(3, 'BRK-B', 'TIME_SERIES_DAILY', 'compact', 'complete', null, null, null, '2026-05-14', null, null,
 '2026-05-15T06:00:01Z'),
(5, 'eur_usd', 'FX_DAILY', '', 'fetched', 'raw/2026-05-16/eur_usd.csv.gz', 'market', '2026-05-16T07:00:04Z', null,
 null, null, '2026-05-16T07:00:04Z');

insert into api_call (fingerprint, host_group, function, symbol, reserved_at, outcome, bytes, duration_ms) values
('0123456789ab', 'fetcher-1', 'TIME_SERIES_DAILY', 'IBM', '2026-05-14T06:00:02.000001Z', 'data', 7679, 250),
('0123456789ab', 'fetcher-1', 'LISTING_STATUS', null, '2025-11-02T05:30Z', 'data', 2147483647, 0),
('0123456789ab', 'büro-zürich', 'TIME_SERIES_DAILY', 'TSCO.LON', '2025-11-02T06:30Z', 'UnreadableBody', 12, 61000),
('ffffffffffff', 'fetcher-1', 'FX_DAILY', null, '2026-05-16T07:00:03Z', null, null, null);

insert into exchange_session (exchange, session, position, opens_at, closes_at) values
('XNYS', '2025-11-28', 34900, '2025-11-28T14:30Z', '2025-11-28T18:00Z'),
('XNYS', '2026-05-11', 35013, '2026-05-11T13:30Z', '2026-05-11T20:00Z'),
('XNYS', '2026-05-12', 35014, '2026-05-12T13:30Z', '2026-05-12T20:00Z'),
('XNYS', '2026-05-13', 35015, '2026-05-13T13:30Z', '2026-05-13T20:00Z'),
('XNYS', '2026-05-14', 35016, '2026-05-14T13:30Z', '2026-05-14T20:00Z'),
('XNYS', '2026-05-15', 35017, '2026-05-15T13:30Z', '2026-05-15T20:00Z'),
('XLON', '2026-05-14', 33123, '2026-05-14T08:00:00+01:00', '2026-05-14T16:30:00+01:00'),
('XTKS', '2026-05-14', 31001, '2026-05-14T09:00:00+09:00', '2026-05-14T15:30:00+09:00');

insert into instrument (
    symbol, exchange, state, added_through, expected_through, refused_times, refused_at, refused_in, delisted_on,
    delisted_in
) values
('IBM', 'XNYS', 'active', '2025-11-28', '2026-05-15', 0, null, null, null, null),
('AAPL', 'XNYS', 'active', '2026-05-08', '2026-05-15', 0, null, null, null, null),
('BRK-B', 'XNYS', 'active', '2026-05-08', '2026-05-15', 0, null, null, null, null),
('FDRXX', 'XNYS', 'suspect', '2026-05-08', '2026-05-14', 3, '2026-05-15T06:00:00.5Z', 3, null, null),
('TSCO.LON', 'XLON', 'active', '2026-05-08', '2026-05-14', 1, '2026-05-15T06:00Z', 3, null, null),
('OLDCO', 'XNYS', 'delisted', '2025-10-31', '2025-10-31', 0, null, null, '2025-11-03', 2);

insert into stock_data (
    symbol, data_date, open, high, low, close, volume, is_final, fetched_at, valid_from, final_from
) values
('IBM', '2026-05-11', 218, 219.5, 217.000001, 218.25, 6000000, true,
 '2026-05-12T06:00Z', '2026-05-12T06:00:07Z', '2026-05-12T06:00:07Z'),
('IBM', '2026-05-12', 218.3, 220.910000, 217.615, 219.3, 6154450, true,
 '2026-05-13T06:00Z', '2026-05-13T06:00:07Z', '2026-05-13T06:00:07Z'),
('IBM', '2026-05-13', 219.300001, 221, 219.299999, 220.123456, 5000001, true,
 '2026-05-15T06:00:03Z', '2026-05-15T06:00:08.000001Z', '2026-05-14T06:00:07Z'),
('IBM', '2026-05-15', 220.5, 222, 220, 221.1, 1200000, false,
 '2026-05-15T18:00:03Z', '2026-05-15T18:00:07Z', null),
('AAPL', '2026-05-12', 800, 808.08, 799.999999, 800.000004, 4294967296, true,
 '2026-05-13T06:00Z', '2026-05-13T06:00:07Z', '2026-05-13T06:00:07Z'),
('AAPL', '2026-05-13', 200, 203, 199.5, 201.654321, 17179869184, true,
 '2026-05-14T06:00:04Z', '2026-05-14T06:00:07Z', '2026-05-14T06:00:07Z'),
('AAPL', '2026-05-14', 201.65, 202, 198.7, 199, 16000000000, true,
 '2026-05-15T06:00:04Z', '2026-05-15T06:00:07Z', '2026-05-15T06:00:07Z'),
('BRK-B', '2026-05-13', 730, 731, 0, 730.5, 0, true,
 '2026-05-14T06:00:05Z', '2026-05-14T07:00:07Z', '2026-05-14T07:00:07Z'),
('BRK-B', '2026-05-14', 730.5, 735.25, 729, 734.999999, 3100200, true,
 '2026-05-15T06:00:05Z', '2026-05-15T06:00:07Z', '2026-05-15T06:00:07Z'),
('OLDCO', '2025-10-31', 0.000001, 0.000002, 0.000001, 0.000001, 9223372036854775, true,
 '2025-11-02T05:30Z', '2025-11-02T05:30Z', '2025-11-02T06:30Z');

insert into stock_data_history (
    symbol, data_date, open, high, low, close, volume, fetched_at, valid_from, valid_to, final_from, replaced_by
) values
('IBM', '2026-05-13', 219.300001, 221, 219.299999, 220.120000, 5000000,
 '2026-05-14T06:00:03.5Z', '2026-05-14T06:00:07Z', '2026-05-15T06:00:08.000001Z', '2026-05-14T06:00:07Z', 3),
('IBM', '2026-05-13', 219.3, 220, 219.3, 219.75, 1,
 '2026-05-13T18:00Z', '2026-05-13T18:00:07Z', '2026-05-14T06:00:07Z', null, 2),
('OLDCO', '2025-10-31', 0.000001, 0.000002, 0, 0.000002, 9223372036854775,
 '2025-11-02T04:30Z', '2025-11-02T04:30Z', '2025-11-02T05:30Z', '2025-11-02T04:30Z', null);

insert into corporate_action (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from
) values
('IBM', 'dividend', '2026-05-12', 1.69, '2026-05-11', '2026-04-28', '2026-05-12', '2026-06-10',
 'raw/2026-05-13/IBM.dividends.json.gz', '2026-05-13T06:00:02Z', '2026-05-13T06:00:07.000001Z'),
('AAPL', 'split', '2026-05-13', 4, '2026-05-12', null, null, null,
 'raw/2026-05-13/AAPL.splits.json.gz', '2026-05-13T06:00:02Z', '2026-05-13T06:00:07Z'),
('AAPL', 'dividend', '2026-05-13', 0.2475, '2026-05-12', null, '2026-05-13', null,
 'raw/2026-05-13/AAPL.dividends.json.gz', '2026-05-13T06:00:02Z', '2026-05-13T06:00:07Z'),
('BRK-B', 'split', '2026-05-14', 1.0460000000000000001, '2026-05-13', null, null, null,
 'raw/2026-05-14/BRK-B.splits.json.gz', '2026-05-14T06:00:02Z', '2026-05-14T06:00:07Z'),
('IBM', 'dividend', '2026-08-10', 0, '2026-08-07', null, null, null,
 'raw/2026-05-13/IBM.dividends.json.gz', '2025-11-02T05:30Z', '2025-11-02T06:30Z');

insert into corporate_action_history (
    symbol, kind, effective_date, value, session_before, declaration_date, record_date, payment_date, path,
    fetched_at, valid_from, valid_to, replaced_by
) values
('IBM', 'dividend', '2026-05-12', 1.680000, '2026-05-11', '2026-04-28', '2026-05-12', '2026-06-10',
 'raw/2026-05-10/IBM.dividends.json.gz', '2026-05-10T06:00:02Z', '2026-05-10T06:00:07Z',
 '2026-05-13T06:00:07.000001Z', 2),
('OLDCO', 'split', '2025-11-03', 0.0333333333333333333333, '2025-10-31', null, null, null,
 'raw/2025-11-02/OLDCO.splits.json.gz', '2025-11-02T05:30Z', '2025-11-02T05:30Z', '2025-11-02T06:30Z', null);

insert into corporate_action_check (symbol, kind, asked_through, path, fetched_at) values
('IBM', 'split', '2026-05-12', 'raw/2026-05-13/IBM.splits.json.gz', '2026-05-13T06:00:02Z'),
('IBM', 'dividend', '2026-05-12', 'raw/2026-05-13/IBM.dividends.json.gz', '2026-05-13T06:00:02.000001Z'),
('AAPL', 'split', '2026-05-12', 'raw/2026-05-13/AAPL.splits.json.gz', '2026-05-13T06:00:02Z'),
('AAPL', 'dividend', '2026-05-12', 'raw/2026-05-13/AAPL.dividends.json.gz', '2025-11-02T06:30Z'),
('BRK-B', 'split', '2026-05-13', 'raw/2026-05-14/BRK-B.splits.json.gz', '2026-05-14T06:00:02Z');

insert into verdict (
    pipeline_run_id, symbol, accepted, bars, refused_bars, discarded_bars, warnings, reasons, new_bars, changed_bars,
    unchanged_bars, first_session, last_session, approval, approval_by, approval_at
) values
(2, 'IBM', true, 3, 0, 1, 0, '{}', 2, 1, 0, '2026-05-11', '2026-05-13', null, null, null),
(2, 'BRK-B', false, 1, 1, 0, 0, array['low_positive: low is 0 on 2026-05-13.'], null, null, null, null, null, null,
 null, null),
(3, 'IBM', false, 2, 2, 0, 1, array['low_positive: low is "-1", not {above} 0.', E'usual_volume: ½ of, say, 5\'000\'000\n'],
 null, null, null, null, null, null, null, null),
(3, 'AAPL', true, 3, 0, 0, 1, array['usual_return: −75 % on 2026-05-13.'], 1, 0, 2, '2026-05-12', '2026-05-14',
 'approved', 'Zoë O''Brien', '2026-05-15T08:11:59.999999Z'),
(3, 'TSCO.LON', false, 1, 0, 0, 2, array['x'], null, null, null, null, null, 'rejected', '山田', '2025-11-02T05:30Z'),
(5, 'eur_usd', true, 2, 1, 0, 0, '{}', 1, 1, 0, '2026-05-14', '2026-05-15', null, null, null);

insert into broken_rule (
    pipeline_run_id, symbol, rule, severity, bars, first_session, last_session, told
) values
(2, 'BRK-B', 'low_positive', 'critical', 1, '2026-05-13', '2026-05-13', 'low is 0 on 2026-05-13.'),
(3, 'IBM', 'low_positive', 'critical', 2, '2026-05-13', '2026-05-14', 'low is -1 on 2026-05-14.'),
(3, 'AAPL', 'usual_return', 'warning', 1, '2026-05-13', '2026-05-13', 'close fell by 75 % — “split?” 🐢  '),
(3, 'TSCO.LON', 'sessions_complete', 'info', 1, null, null, E'One session is missing.\r\nSee C:\\raw.'),
(5, 'eur_usd', 'high_present', 'critical', 1, null, '2026-05-15', '');

insert into quarantine (pipeline_run_id, symbol, data_date, bar, rules, path, quarantined_at) values
(2, 'BRK-B', '2026-05-13',
 '{"open": "730", "high": "731", "low": "0", "close": "730.5", "volume": "0"}',
 '{low_positive}', 'raw/2026-05-14/BRK-B.json.gz', '2026-05-14T06:01:00.000001Z'),
(3, 'IBM', '2026-05-14',
 '{"open": "219.300001", "high": "221.000000", "low": "-1", "close": "220.12", "volume": "6154450"}',
 '{low_positive,"low_not_above, open"}', 'raw/2026-05-15/IBM.json.gz', '2025-11-02T05:30Z'),
(3, 'IBM', '2026-05-11',
 '{"open": null, "high": "219.5", "low": "217", "close": "218.25", "volume": "6000000.5"}',
 '{open_present,volume_whole}', 'raw/2026-05-15/IBM.json.gz', '2025-11-02T06:30Z'),
(5, 'eur_usd', '2026-05-15',
 '{"note": "naïve \u2013 \"Ω\" 🐢", "open": "1.08715", "nested": {"b": [1, 2.50, null], "a": false}}',
 '{}', 'raw/2026-05-16/eur_usd.csv.gz', '2026-05-16T07:00:20Z'),
(5, 'us_unemployment', null, '{}', '{date_present}', 'raw/2026-05-16/us_unemployment.csv.gz',
 '2026-05-16T07:00:21Z'),
(3, 'TSCO.LON', '2026-05-14',
 '{"open": "412.100000", "high": null, "low": null, "close": "0.000001", "volume": null}',
 '{high_present,low_present}', 'raw/2026-05-15/TSCO.LON.json.gz', '2026-05-15T06:01:00Z');

insert into quarantine_decision (
    symbol, data_date, open, high, low, close, volume, decision, decided_by, reason, decided_at, pipeline_run_id,
    quarantine_id
) values
('BRK-B', '2026-05-13', 730, 731, 0, 730.5, 0, 'discarded', 'ana', 'No low is zero.', '2026-05-14T06:30Z', 2, 1),
('BRK-B', '2026-05-13', 730.000000, 731, 0.0, 730.50, 0, 'released', 'Zoë O''Brien',
 E'The exchange confirms it:\n“low 0 — odd lot”.  ', '2026-05-14T07:00:00.000001Z', 2, 1),
('IBM', '2026-05-11', null, 219.5, 217, 218.25, 6000000.5, 'discarded', '山田', '二重', '2025-11-02T05:30Z', null,
 null),
('OLDCO', '2025-10-30', null, null, null, null, null, 'discarded', 'ana', 'Empty.', '2025-11-02T06:30Z', 1, null),
('OLDCO', '2025-10-31', 0.000001, 0.000002, 0.000001, 0.000001, 9223372036854775, 'released', 'ana', 'So it was.',
 '2025-11-02T06:30Z', 1, null);

insert into gap (symbol, session, cause, valid_from, valid_to) values
('IBM', '2026-05-14', 'quarantined', '2026-05-15T06:00Z', null),
('AAPL', '2026-05-15', 'not yet published', '2026-05-16T06:00:00.000001Z', null),
('AAPL', '2026-05-13', 'never fetched', '2026-05-13T06:00Z', '2026-05-14T06:00Z'),
('TSCO.LON', '2026-05-14', 'vendor hole', '2025-11-02T05:30Z', '2025-11-02T06:30Z'),
('TSCO.LON', '2026-05-14', 'closed', '2025-11-02T06:30Z', null),
('OLDCO', '2025-10-30', 'discarded', '2025-11-02T06:30Z', null),
('FDRXX', '2026-05-14', 'dead symbol', '2026-05-15T06:00Z', null);

insert into listing (symbol, name, exchange, asset_type, ipo_date, delisting_date, status) values
('IBM', 'International Business Machines Corp', 'NYSE', 'Stock', '1962-01-02', null, 'Active'),
('BRK-B', null, 'NYSE', 'Stock', '1996-05-09', null, 'Active'),
('OLDCO', 'Old Co "Série A" – Ω  ', 'NASDAQ', 'Stock', null, '2025-11-03', 'Delisted'),
('OLDCO', 'Old Co, an earlier one', 'NYSE ARCA', 'ETF', '0001-01-01', '1999-12-31', 'Delisted');

insert into listing_check (status, path, fetched_at) values
('Active', 'raw/2026-05-10/active.csv.gz', '2026-05-10T06:00:03Z'),
('Delisted', 'raw/2025-11-02/delisted.csv.gz', '2025-11-02T06:30:00.000001Z');

insert into entitlement (fingerprint, function, parameter, plan, refused_at) values
('0123456789ab', 'TIME_SERIES_DAILY', 'outputsize=full', 'free', '2025-11-02T05:30Z'),
('0123456789ab', 'VWAP', '', 'free', '2025-11-02T06:30Z'),
('ffffffffffff', 'VWAP', '', 'premium', '2026-05-16T06:00:00.000001Z');

insert into alert (symbol, cause, message, told_at, over_at) values
('IBM', 'quarantined', E'IBM: 2 rows await a decision.\n', '2026-05-15T08:12:01Z', null),
('TSCO.LON', 'late', 'TSCO.LON: the session of 2026-05-13 is not held. „Später“', '2025-11-02T05:30Z',
 '2025-11-02T06:30:00.000001Z'),
('', 'no run', 'No run since 2026-05-10.', '2026-05-12T10:00Z', '2026-05-13T06:10Z'),
('', 'no run', 'No run since 2026-05-14.', '2026-05-16T10:00Z', null);

insert into quality_report (pipeline_run_id, html) values
(2, E'<h1>Run 2 &amp; its “verdicts”</h1>\n<p class="ok">3 bars</p>'),
(3, '<h1>Прогон 3</h1><pre>  low = -1  </pre>');

-- Datasets: the tables as the release made them when their first rows came.
insert into dataset (name, function, parameters, table_name, key_columns, declared_at) values
('eur_usd', 'FX_DAILY', '{"from_symbol": "EUR", "to_symbol": "USD", "datatype": "csv"}', 'fx_daily',
 '{from_symbol,to_symbol,timestamp}', '2025-11-02T05:30Z'),
('eur_usd_5min', 'FX_INTRADAY', '{"from_symbol": "EUR", "to_symbol": "USD", "interval": "5min"}', 'fx_intraday',
 '{from_symbol,to_symbol,timestamp}', '2025-11-02T06:30Z'),
('us_unemployment', 'UNEMPLOYMENT', '{}', 'us_unemployment', '{date}', '2026-05-01T07:00:00.000001Z'),
('ibm_weekly', 'TIME_SERIES_WEEKLY', '{"symbol": "IBM", "datatype": "csv"}', 'stock_data_weekly', '{symbol,week}',
 '2026-05-01T07:00Z'),
('ibm_overview', 'OVERVIEW', '{"symbol": "IBM", "größe": [1.50, null, "\u03a9"]}', 'company_overview',
 '{symbol,latest_quarter}', '2026-05-01T07:00Z');

create table fx_daily (
    from_symbol text, to_symbol text, "timestamp" date, open numeric, high numeric, low numeric, close numeric,
    fetched_at timestamptz not null, valid_from timestamptz not null,
    primary key (from_symbol, to_symbol, "timestamp")
);
insert into fx_daily values
('EUR', 'USD', '2026-05-14', 1.08715, 1.0880000, 1.08, 1.087654321, '2026-05-15T07:00Z', '2026-05-15T07:00:07Z'),
('EUR', 'USD', '2026-05-15', 1.0877, null, 1.08, 1.08, '2025-11-02T05:30Z', '2025-11-02T06:30Z');

create table fx_intraday (
    from_symbol text, to_symbol text, "timestamp" timestamptz, open numeric, high numeric, low numeric, close numeric,
    fetched_at timestamptz not null, valid_from timestamptz not null,
    primary key (from_symbol, to_symbol, "timestamp")
);
insert into fx_intraday values
('EUR', 'USD', '2025-11-02T05:30Z', 1.15, 1.150001, 1.149999, 1.15, '2025-11-02T07:00Z', '2025-11-02T07:00:07Z'),
('EUR', 'USD', '2025-11-02T06:30Z', 1.15, 1.16, null, 1.155, '2025-11-02T07:00Z', '2025-11-02T07:00:07Z');

create table us_unemployment (
    date date, value numeric, fetched_at timestamptz not null, valid_from timestamptz not null, primary key (date)
);
insert into us_unemployment values
('2026-03-01', 4.30, '2026-05-01T07:00Z', '2026-05-01T07:00:07Z'),
('2026-04-01', null, '2026-05-16T07:00Z', '2026-05-16T07:00:07.000001Z');

create table stock_data_weekly (
    symbol text, week date, "timestamp" date, open numeric, high numeric, low numeric, close numeric, volume numeric,
    fetched_at timestamptz not null, valid_from timestamptz not null, primary key (symbol, week)
);
insert into stock_data_weekly values
('IBM', '2026-05-04', '2026-05-08', 217.5, 219.000000, 216.1234, 218.000001, 30000000, '2026-05-16T07:00Z',
 '2026-05-16T07:00:07Z'),
('IBM', '1999-12-27', '1999-12-31', 109, 109.5, 107.9, 107.87, 26143200.5, '2026-05-16T07:00Z',
 '2026-05-16T07:00:07Z');

create table company_overview (
    symbol text, latest_quarter date, name text, market_capitalization numeric, "52_week_high" numeric,
    is_etf boolean, fetched_at timestamptz not null, valid_from timestamptz not null,
    primary key (symbol, latest_quarter)
);
insert into company_overview values
('IBM', '2025-12-31', 'International Business Machines', 205123456789012345678, 324.9, false, '2026-02-01T07:00Z',
 '2026-02-01T07:00:07Z'),
('IBM', '2026-03-31', E'Int’l “Business”\tMachines – ИБМ 🐢 ', null, null, null, '2025-11-02T05:30Z',
 '2025-11-02T06:30Z');

insert into dataset_history (dataset, key, before, fetched_at, valid_from, valid_to, replaced_by) values
('us_unemployment', '{"date": "2026-03-01"}', '{"value": 4.40000}', '2026-04-01T07:00Z', '2026-04-01T07:00:07Z',
 '2026-05-01T07:00:07Z', 5),
('eur_usd_5min', '{"timestamp": "2025-11-02T05:30:00+00:00", "to_symbol": "USD", "from_symbol": "EUR"}',
 '{"low": null, "note": "“naïve” \\ Ω", "high": 1.150002}', '2025-11-02T05:30Z', '2025-11-02T05:30Z',
 '2025-11-02T06:30Z', null);

refresh materialized view latest_price;
refresh materialized view symbol_coverage;
refresh materialized view market_summary;
refresh materialized view daily_return;

-- Who reads: the pages and the data API, and people to whom the owner has granted some of it.
grant usage on schema public to market_reader;
grant select on all tables in schema public to market_reader;
grant select on latest_price, stock_data_adjusted to "Zoë's desk" with grant option;
grant select (symbol, state) on instrument to "Zoë's desk";
grant execute on function stock_data_as_of to "Zoë's desk";
grant select on daily_return, market_summary to public;
