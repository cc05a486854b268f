"""A query reads the catalog's tables, and does nothing else: whatever statement it is, masked or not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import dicomlab as dl
from dicomlab.catalog import query_process
from dicomlab.catalog.admitted_functions import FUNCTIONS, OPERATORS, TABLE_FUNCTIONS, TYPES
from dicomlab.catalog.admitted_sql import admitted, admitted_condition
from dicomlab.catalog.database import to_pandas
from dicomlab.errors import BadQuery
from dicomlab.masking import options
from tests.build import dataset, write

NAME, CANARY = "Invented^Person", "canary-4711"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """A folder with an archive, its catalog, and beside them a folder that no query may see or change."""
    folder = tmp_path_factory.mktemp("queries")
    for patient in (1, 2, 3):
        for series in (1, 2):
            for instance in (1, 2):
                uid = f"1.2.{patient}.{series}"
                ds = dataset(
                    PatientID=f"P{patient}",
                    PatientName=f"{NAME}{patient}",
                    StudyInstanceUID=f"1.2.{patient}",
                    StudyDate=f"2024010{patient}",
                    StudyTime="101500",
                    SeriesInstanceUID=uid,
                    SOPInstanceUID=f"{uid}.{instance}",
                    InstanceNumber=instance,
                    Modality="CT" if series == 1 else "MR",
                    KVP="120" if series == 1 else None,
                    SliceThickness=str(series + instance / 2),
                    ImageType=["ORIGINAL", "PRIMARY"],
                )
                write(ds, folder / "archive" / f"{uid}.{instance}")
    (folder / "canary").mkdir()
    (folder / "canary" / "secret.csv").write_text(f"word\n{CANARY}\n")
    (folder / "canary" / "secret.json").write_text(f'{{"word": "{CANARY}"}}\n')
    pd.DataFrame({"word": [CANARY]}).to_parquet(folder / "canary" / "secret.parquet")
    with duckdb.connect(folder / "canary" / "secret.duckdb") as database:
        database.execute(f"CREATE TABLE secret AS SELECT '{CANARY}' AS word")
    dl.scan(folder / "archive", into=folder / "catalog", progress=False)
    return folder


@pytest.fixture(scope="module")
def catalog(place) -> dl.Catalog:
    return dl.open_catalog(place / "catalog")


def _stamp(place: Path) -> dict[str, tuple[int, int]]:
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in place.rglob("*")}


def _content(place: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(place.rglob("*")):
        digest.update(str(path).encode())
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module", autouse=True)
def same_bytes(place, catalog) -> Iterator[None]:
    """At the end every byte below the folder is what it was."""
    before = _content(place)
    yield
    assert _content(place) == before


WRITES = """
COPY series TO '{out}'
COPY series TO '{catalog}/catalog.json'
COPY series TO '{canary}/secret.csv' (FORMAT csv)
COPY series TO '{out}' (FORMAT parquet)
COPY series TO '{out}' (FORMAT json)
COPY (SELECT * FROM series) TO '{catalog}/catalog.json'
COPY (SELECT 1) TO '{out}' (FORMAT csv, PARTITION_BY a)
COPY series FROM '{canary}/secret.csv'
COPY FROM DATABASE memory TO other
EXPORT DATABASE '{out}'
IMPORT DATABASE '{canary}'
ATTACH '{out}' AS other
ATTACH '{canary}/secret.duckdb' AS other (READ_ONLY)
ATTACH ':memory:' AS other
ATTACH IF NOT EXISTS '{out}'
DETACH memory
DETACH DATABASE IF EXISTS views
USE memory
USE whole
INSTALL httpfs
FORCE INSTALL httpfs
INSTALL '{canary}/x.duckdb_extension'
LOAD httpfs
LOAD '{canary}/x.duckdb_extension'
UPDATE EXTENSIONS
SET memory_limit = '100GB'
SET GLOBAL enable_external_access = true
SET SESSION search_path = 'whole'
SET schema = 'whole'
SET lock_configuration = false
SET allowed_directories = ['/']
SET temp_directory = '{out}'
SET home_directory = '{out}'
SET VARIABLE x = 1
SET TIME ZONE 'UTC'
RESET memory_limit
RESET VARIABLE x
PRAGMA version
PRAGMA database_list
PRAGMA table_info('series')
PRAGMA show_tables
PRAGMA database_size
PRAGMA storage_info('series')
PRAGMA enable_profiling
PRAGMA profiling_output = '{out}'
PRAGMA import_database('{canary}')
PRAGMA force_checkpoint
PRAGMA memory_limit = '1GB'
CALL pragma_version()
CALL duckdb_settings()
CALL read_csv('{canary}/secret.csv')
CALL checkpoint()
CALL enable_logging()
CALL truncate_duckdb_logs()
CREATE SCHEMA other
CREATE TABLE t (a INT)
CREATE TABLE t AS SELECT * FROM series
CREATE OR REPLACE TABLE series AS SELECT 1
CREATE TEMP TABLE t AS SELECT 1
CREATE VIEW v AS SELECT 1
CREATE OR REPLACE VIEW series AS SELECT 1
CREATE OR REPLACE TEMP VIEW series AS SELECT 1
CREATE SEQUENCE s
CREATE INDEX i ON series (KVP)
CREATE UNIQUE INDEX i ON series (KVP)
CREATE MACRO m(x) AS x + 1
CREATE OR REPLACE MACRO abs(x) AS 1
CREATE MACRO m() AS TABLE FROM read_csv('{canary}/secret.csv')
CREATE FUNCTION f(x) AS x
CREATE TYPE mood AS ENUM ('a', 'b')
CREATE SECRET s (TYPE s3)
CREATE PERSISTENT SECRET s (TYPE s3)
CREATE DATABASE other
ALTER TABLE series ADD COLUMN x INT
ALTER TABLE series DROP COLUMN KVP
ALTER TABLE series RENAME TO other
ALTER TABLE series RENAME COLUMN KVP TO x
ALTER TABLE series ALTER KVP TYPE VARCHAR
ALTER VIEW series RENAME TO other
ALTER SEQUENCE s OWNED BY series
ALTER SCHEMA main RENAME TO other
DROP TABLE series
DROP TABLE IF EXISTS series CASCADE
DROP VIEW series
DROP VIEW IF EXISTS main.series
DROP SCHEMA main CASCADE
DROP SEQUENCE s
DROP INDEX i
DROP MACRO m
DROP FUNCTION f
DROP TYPE mood
DROP SECRET s
INSERT INTO series VALUES (1)
INSERT INTO series SELECT * FROM series
INSERT INTO series BY NAME SELECT 1 AS KVP
INSERT OR REPLACE INTO series DEFAULT VALUES
INSERT INTO series VALUES (1) RETURNING *
UPDATE series SET KVP = 1
UPDATE series SET KVP = 1 RETURNING *
DELETE FROM series
DELETE FROM series WHERE true RETURNING *
MERGE INTO series USING instances USING (SeriesInstanceUID) WHEN MATCHED THEN DELETE
TRUNCATE series
TRUNCATE TABLE series
BEGIN
BEGIN TRANSACTION
START TRANSACTION
COMMIT
ROLLBACK
ABORT
CHECKPOINT
FORCE CHECKPOINT
VACUUM
VACUUM series
VACUUM ANALYZE series
ANALYZE
ANALYZE series
PREPARE p AS SELECT 1
PREPARE p AS COPY series TO '{out}'
EXECUTE p
DEALLOCATE p
COMMENT ON TABLE series IS 'x'
COMMENT ON COLUMN series.KVP IS 'x'
SHOW TABLES
SHOW ALL TABLES
SHOW DATABASES
SHOW VARIABLES
SHOW TABLES FROM whole
SHOW series
DESCRIBE whole.series
SUMMARIZE '{canary}/secret.csv'
DESCRIBE '{canary}/secret.parquet'
WITH x AS (INSERT INTO series VALUES (1) RETURNING *) SELECT * FROM x
WITH x AS (UPDATE series SET KVP = 1 RETURNING *) SELECT * FROM x
WITH x AS (DELETE FROM series RETURNING *) SELECT * FROM x
SELECT 1; SELECT 2
SELECT 1; DROP VIEW series
FROM series; COPY series TO '{out}'
PIVOT series ON Modality USING count(*)
""".strip().splitlines()
"""Statements that are none of reading, or reach more than the tables."""

READERS = """
read_csv('{canary}/secret.csv')
read_csv_auto('{canary}/secret.csv')
read_text('{canary}/secret.csv')
read_blob('{canary}/secret.csv')
read_json('{canary}/secret.json')
read_json_auto('{canary}/secret.json')
read_json_objects('{canary}/secret.json')
read_ndjson('{canary}/secret.json')
read_ndjson_objects('{canary}/secret.json')
read_parquet('{canary}/secret.parquet')
read_parquet('{catalog}/series/*.parquet')
read_parquet(['{catalog}/instances/*.parquet'])
parquet_scan('{catalog}/series/*.parquet')
parquet_metadata('{catalog}/series/*.parquet')
parquet_schema('{catalog}/series/*.parquet')
parquet_file_metadata('{catalog}/series/*.parquet')
parquet_kv_metadata('{catalog}/series/*.parquet')
parquet_bloom_probe('{catalog}/series/*.parquet', 'PatientID', 'P1')
parquet_full_metadata('{catalog}/series/*.parquet')
read_duckdb('{canary}/secret.duckdb')
glob('{canary}/*')
glob('{catalog}/*/*')
sniff_csv('{canary}/secret.csv')
query('SELECT 1')
query('FROM ''{canary}/secret.csv''')
query_table('series')
query_table(['series', 'whole.series'])
json_execute_serialized_sql('{{}}')
seq_scan('series')
python_map_function()
repeat('x', 3)
repeat_row(1, num_rows = 3)
summary((SELECT 1))
test_all_types()
pragma_version()
pragma_table_info('series')
pragma_database_size()
pragma_storage_info('series')
pragma_show('series')
duckdb_settings()
duckdb_secrets()
duckdb_views()
duckdb_tables()
duckdb_columns()
duckdb_databases()
duckdb_functions()
duckdb_extensions()
duckdb_logs()
duckdb_variables()
duckdb_temporary_files()
duckdb_memory()
which_secret('s3://x', 's3')
histogram('series', 'KVP')
main.range(3)
""".strip().splitlines()
"""Functions that give tables, and are none of range, generate_series and unnest."""

TABLES = """
whole.series
main.series
memory.main.series
views.main.series
masked_series.main.series
temp.series
information_schema.tables
information_schema.columns
information_schema.schemata
pg_catalog.pg_class
pg_catalog.pg_settings
pg_tables
sqlite_master
sqlite_schema
duckdb_tables
duckdb_settings
pragma_database_list
'{canary}/secret.csv'
'{canary}/secret.parquet'
'{catalog}/series/*.parquet'
"{canary}/secret.csv"
"{canary}/secret.json"
'https://example.org/x.csv'
'/dev/stdin'
'/etc/hostname'
catalog
place
cohort_series
series AT (VERSION => 1)
""".strip().splitlines()
"""Names of what is no table of the catalog, but of the database, of disk, or of Python."""

FORMS = """
FROM {0}
SELECT * FROM {0} LIMIT 1
EXPLAIN SELECT * FROM {0}
DESCRIBE SELECT * FROM {0}
SUMMARIZE SELECT * FROM {0}
SELECT (SELECT count(*) FROM {0})
SELECT 1 WHERE EXISTS (FROM {0})
WITH c AS (FROM {0}) FROM c
WITH c AS MATERIALIZED (FROM {0}) SELECT 1 FROM series, c
SELECT * FROM series, LATERAL (SELECT * FROM {0})
SELECT 1 FROM series s JOIN {0} t ON true
SELECT 1 UNION ALL (SELECT 1 FROM {0})
SELECT 1 EXCEPT SELECT 1 FROM {0}
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, {0} WHERE n < 3) FROM r
SELECT list_transform([1], lambda x: (SELECT count(*) FROM {0}))
SELECT count(*) OVER (ORDER BY (SELECT count(*) FROM {0})) FROM series
SELECT KVP FROM series ORDER BY (SELECT count(*) FROM {0})
SELECT KVP FROM series LIMIT (SELECT count(*) FROM {0})
SELECT KVP FROM series GROUP BY KVP HAVING (SELECT count(*) FROM {0}) > 1
SELECT KVP FROM series QUALIFY (SELECT count(*) FROM {0}) > 1
SELECT * FROM (PIVOT (FROM {0}) ON a IN ('x') USING count(*))
UNPIVOT (FROM {0}) ON a INTO NAME n VALUE v
VALUES ((SELECT count(*) FROM {0}))
SELECT CASE WHEN true THEN (SELECT count(*) FROM {0}) END
SELECT CAST((SELECT count(*) FROM {0}) AS INT)
SELECT 1 IN (SELECT 1 FROM {0})
SELECT ARRAY(SELECT 1 FROM {0})
SELECT COLUMNS(lambda c: c = (SELECT 'KVP' FROM {0})) FROM series
SELECT * REPLACE ((SELECT 1 FROM {0}) AS KVP) FROM series
""".strip().splitlines()
"""Where in a query a table can stand."""

SCALARS = """
getenv('HOME')
current_setting('temp_directory')
getvariable('x')
nextval('s')
currval('s')
setval('s', 1)
setseed(0.5)
write_log('x')
sleep_ms(1)
pg_sleep(1)
error('x')
error(PatientName)
assert_true(false)
current_query()
current_schemas(true)
current_database()
in_search_path('main', 'main')
txid_current()
version()
stats(PatientName)
json_serialize_sql('SELECT 1')
json_deserialize_sql('{{}}')
pg_get_viewdef(1)
read_text('{canary}/secret.csv')
main.nextval('s')
KVP.error()
'1'::regclass
CAST('x' AS main.mood)
$1
?
:name
""".strip().splitlines()
"""Expressions that do more than work out a value."""


def _statements() -> list[str]:
    made = [*WRITES]
    made += [f"EXPLAIN {text}" for text in WRITES if not text.startswith(("DESCRIBE", "SUMMARIZE"))]
    made += [f"EXPLAIN ANALYZE {text}" for text in WRITES]
    made += [f"EXPLAIN (ANALYZE) {text}" for text in WRITES[:20]]
    made += ["EXPLAIN ANALYZE SELECT 1", "EXPLAIN EXPLAIN SELECT 1", "explain /**/ analyze FROM series"]
    made += [FORMS[n % 3].replace("{0}", text) for n, text in enumerate((*READERS, *TABLES))]
    for n, form in enumerate(FORMS):  # each place that a table can stand in, with one of each kind
        files = ("read_csv('{canary}/secret.csv')", "'{canary}/secret.csv'")
        kinds = (READERS[n % len(READERS)], TABLES[n % len(TABLES)], *files)
        made += [form.replace("{0}", kind) for kind in kinds]
    for text in SCALARS:
        made += [f"SELECT {text} FROM series", f"SELECT 1 FROM series WHERE {text} IS NULL"]
        made.append(f"SELECT list_transform([1], lambda x: {text}) FROM series")
    made += [
        "",
        ";",
        "SELECT",
        "no query at all",
        "SELECT 1 /*",
        'WITH "{canary}/secret.csv" AS (FROM "{canary}/secret.csv") FROM "{canary}/secret.csv"',
        'SELECT (WITH "{canary}/secret.csv" AS (SELECT 1) SELECT 1) FROM "{canary}/secret.csv"',
        'FROM (WITH "{canary}/secret.csv" AS (SELECT 1) SELECT 1) JOIN "{canary}/secret.csv" ON true',
        "SELECT * FROM recurring.t",
    ]
    return list(dict.fromkeys(made))


STATEMENTS = _statements()


def test_there_are_many_statements() -> None:
    assert len(STATEMENTS) >= 300


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_that_does_more_than_read_is_refused(statement, place, catalog) -> None:
    folders = {"catalog": place / "catalog", "canary": place / "canary", "out": place / "out.bin"}
    text = statement.format(**folders)
    before = _stamp(place)
    cohort = _cohort(catalog)
    asks = [catalog.sql, catalog.masked.sql, cohort.sql, lambda query: catalog.condition(f"EXISTS ({query})")]
    if statement in WRITES or statement in READERS:
        asks += [
            lambda query: list(catalog.arrow_blocks(query)),
            lambda query: dl.select(catalog, query),
            lambda query: catalog.read("series", where=query),
            lambda query: catalog.masked.read("series", where=f"EXISTS ({query})"),
            lambda query: next(catalog.kept_headers(query), None),
        ]
    for ask in asks:
        with pytest.raises(BadQuery) as refused:
            ask(text)
        assert CANARY not in str(refused.value)
        assert NAME not in str(refused.value)
    assert _stamp(place) == before


_cohorts: dict[int, dl.Cohort] = {}


def _cohort(catalog: dl.Catalog) -> dl.Cohort:
    return _cohorts.setdefault(id(catalog), dl.select(catalog, "true"))


@pytest.mark.parametrize(
    "condition",
    [
        "true) OR (true",
        "true) UNION SELECT 1 WHERE (true",
        "true) LIMIT (1",
        "true ORDER BY KVP",
        "true LIMIT 1",
        "true GROUP BY ALL",
        "true QUALIFY true",
        "true; SELECT 1",
        "true) --",
        "true /*",
        "true */ /*",
        "KVP, KVP",
        "   ",
        "KVP AS x",
        "KVP > $1",
        "KVP IN (FROM whole.series SELECT KVP)",
        "'a",
        "$$a",
    ],
)
def test_a_condition_is_one_expression(condition, catalog) -> None:
    for ask in (
        lambda: catalog.read("series", where=condition),
        lambda: catalog.masked.read("series", where=condition),
        lambda: dl.select(catalog, condition),
        lambda: _cohort(catalog).read("series", where=condition),
        lambda: list(catalog.kept_headers(condition)),
        lambda: list(catalog.read_headers(dl.Columns.only("PatientOrientation"), condition)),
        lambda: catalog.export("out.csv", where=condition),
        lambda: _cohort(catalog).completeness({"x": condition}),
    ):
        with pytest.raises(BadQuery):
            ask()


def test_a_comment_ends_with_its_condition(catalog) -> None:
    assert len(catalog.read("series", where="Modality = 'CT' -- only these")) == 3
    assert len(dl.select(catalog, "Modality = 'CT' /* only */ -- these").series) == 3


# ruff: noqa: E501
READS = """
SELECT count(*) AS n FROM series
FROM series ORDER BY ALL
TABLE studies ORDER BY ALL
VALUES (1, 'a'), (2, 'b')
SELECT Modality, count(*) AS n FROM series GROUP BY 1 ORDER BY 1
SELECT Modality, count(*) AS n FROM series GROUP BY ALL HAVING n > 1 ORDER BY ALL
SELECT Modality, KVP, count(*) FROM series GROUP BY ROLLUP (Modality, KVP) ORDER BY ALL
SELECT Modality, KVP, count(*) FROM series GROUP BY CUBE (Modality, KVP) ORDER BY ALL
SELECT Modality, grouping(Modality) FROM series GROUP BY GROUPING SETS ((Modality), ()) ORDER BY ALL
SELECT DISTINCT Modality FROM series ORDER BY 1
SELECT DISTINCT ON (Modality) Modality, KVP FROM series ORDER BY ALL
SELECT * EXCLUDE (PatientName) FROM patients ORDER BY ALL
SELECT * REPLACE (upper(PatientID) AS PatientID) FROM patients ORDER BY ALL
SELECT * RENAME (PatientID AS who) FROM patients ORDER BY ALL
SELECT COLUMNS('^n_') FROM series ORDER BY ALL
SELECT COLUMNS(lambda c: c LIKE 'n_%') FROM series ORDER BY ALL
SELECT min(COLUMNS(* EXCLUDE (varies))) FROM patients
SELECT InstanceNumber, row_number() OVER (ORDER BY file_key) AS r FROM instances ORDER BY ALL
SELECT SliceThickness, lag(SliceThickness) OVER (PARTITION BY Modality ORDER BY file_key) FROM instances ORDER BY ALL
SELECT sum(SliceThickness) OVER w AS s FROM instances WINDOW w AS (ORDER BY file_key ROWS 2 PRECEDING) ORDER BY ALL
SELECT rank() OVER (ORDER BY KVP), dense_rank() OVER (ORDER BY KVP), ntile(2) OVER (ORDER BY KVP) FROM series ORDER BY ALL
SELECT first_value(KVP IGNORE NULLS) OVER (ORDER BY SeriesInstanceUID) FROM series ORDER BY ALL
SELECT SeriesInstanceUID FROM series QUALIFY row_number() OVER (PARTITION BY Modality ORDER BY SeriesInstanceUID) = 1 ORDER BY 1
SELECT count(*) FILTER (WHERE Modality = 'CT') AS ct FROM series
SELECT s.Modality, i.InstanceNumber FROM series s JOIN instances i USING (SeriesInstanceUID) ORDER BY ALL
SELECT count(*) FROM series s LEFT JOIN studies t ON s.StudyInstanceUID = t.StudyInstanceUID
SELECT count(*) FROM series SEMI JOIN instances USING (SeriesInstanceUID)
SELECT count(*) FROM instances ANTI JOIN frames USING (file_key)
SELECT count(*) FROM series CROSS JOIN studies
SELECT count(*) FROM series a POSITIONAL JOIN studies b
SELECT s.SeriesInstanceUID, x.n FROM series s, LATERAL (SELECT count(*) AS n FROM instances i WHERE i.SeriesInstanceUID = s.SeriesInstanceUID) x ORDER BY ALL
SELECT count(*) FROM series ASOF JOIN studies ON series.KVP >= studies.n_series
WITH ct AS (SELECT * FROM series WHERE Modality = 'CT') SELECT count(*) FROM ct
WITH a AS MATERIALIZED (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) FROM a, b
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t
WITH series AS (SELECT 1 AS mine) FROM series
SELECT Modality FROM series UNION SELECT 'x' ORDER BY 1
SELECT Modality FROM series INTERSECT SELECT 'CT'
SELECT Modality FROM series EXCEPT ALL SELECT 'CT' ORDER BY 1
SELECT 1 AS a UNION ALL BY NAME SELECT 2 AS b ORDER BY ALL
SELECT (SELECT max(KVP) FROM series) AS top
SELECT PatientID FROM patients p WHERE EXISTS (SELECT 1 FROM series s WHERE s.PatientID = p.PatientID AND Modality = 'CT') ORDER BY 1
SELECT Modality IN ('CT', 'MR'), Modality NOT IN (SELECT 'CT'), KVP = ANY (SELECT 120) FROM series ORDER BY ALL
SELECT CASE WHEN KVP > 100 THEN 'high' ELSE 'low' END FROM series ORDER BY 1
SELECT CASE Modality WHEN 'CT' THEN 1 END, if(KVP > 1, 2, 3), coalesce(KVP, 0), nullif(KVP, 120) FROM series ORDER BY ALL
SELECT KVP BETWEEN 100 AND 130, KVP IS DISTINCT FROM 120, KVP IS NULL, NOT KVP > 1 FROM series ORDER BY ALL
SELECT list(InstanceNumber ORDER BY InstanceNumber) FROM instances GROUP BY SeriesInstanceUID ORDER BY ALL
SELECT ImageType[1], len(ImageType), list_contains(ImageType, 'PRIMARY'), ImageType[1:1] FROM instances ORDER BY ALL
SELECT list_transform([1, 2, 3], lambda x: x * 2), list_filter([1, 2, 3], lambda x: x > 1), list_reduce([1, 2], lambda a, b: a + b)
SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1]
SELECT list_sum([1, 2]), list_sort([2, 1]), list_distinct([1, 1]), array_to_string(['a'], ','), flatten([[1], [2]])
SELECT unnest(ImageType) AS t, count(*) FROM instances GROUP BY 1 ORDER BY 1
SELECT t.v, count(*) FROM instances, unnest(ImageType) AS t(v) GROUP BY 1 ORDER BY 1
SELECT {'a': KVP, 'b': Modality} AS s FROM series ORDER BY ALL
SELECT struct_pack(a := 1).a, row(1, 2), map {'x': 1}['x'], map_keys(map {'x': 1})
SELECT date_trunc('month', first_acquired_at), year(first_acquired_at), dayname(first_acquired_at) FROM studies ORDER BY ALL
SELECT first_acquired_at::DATE + INTERVAL 3 DAY, date_diff('day', first_acquired_at, DATE '2024-03-01') FROM studies ORDER BY ALL
SELECT extract(month FROM first_acquired_at), strftime(first_acquired_at, '%Y'), epoch(first_acquired_at) FROM studies ORDER BY ALL
SELECT time_bucket(INTERVAL 1 WEEK, first_acquired_at) AS w, count(*) FROM studies GROUP BY 1 ORDER BY 1
SELECT strptime('2024-01-02', '%Y-%m-%d'), make_date(2024, 1, 2), age(DATE '2024-01-02', DATE '2023-01-01'), TIME '10:00'
SELECT regexp_matches(Modality, '^C'), regexp_replace(Modality, 'T', 'x'), regexp_extract('a1', '[0-9]'), Modality ~ 'C.' FROM series ORDER BY ALL
SELECT Modality LIKE 'C%', Modality ILIKE 'c_', Modality SIMILAR TO 'CT|MR', Modality GLOB 'C*', Modality ^@ 'C' FROM series ORDER BY ALL
SELECT upper(Modality), Modality || '!', substring(Modality, 1, 1), Modality[1], length(Modality), split('a,b', ','), trim(' a ') FROM series ORDER BY ALL
SELECT format('{} {:.2f}', Modality, 1.5), printf('%d', 3), lpad('1', 3, '0'), replace('ab', 'a', 'c') FROM series ORDER BY ALL
SELECT md5(Modality), sha256(Modality), hash(Modality) IS NULL, levenshtein(Modality, 'CT') FROM series ORDER BY ALL
SELECT avg(KVP), median(KVP), stddev(KVP), quantile_cont(SliceThickness, 0.25), mode(1), corr(KVP, KVP) FROM instances
SELECT arg_max(Modality, KVP), any_value(KVP), string_agg(DISTINCT Modality, ',' ORDER BY Modality), histogram(Modality) FROM series
SELECT approx_count_distinct(Modality), count(DISTINCT Modality), bool_or(KVP > 1), bit_or(1), product(2) FROM series
SELECT round(KVP / 7, 2), sqrt(4), abs(-1), 7 // 2, 7 % 4, 2 ** 3, greatest(1, 2), pi() FROM series ORDER BY ALL
SELECT KVP.round(), Modality.lower().upper() FROM series ORDER BY ALL
SELECT KVP::VARCHAR, TRY_CAST(Modality AS INT), CAST(KVP AS DECIMAL(9, 2)), TRY(1 / 0), [1]::DOUBLE[], 'r'::ENUM('r') FROM series ORDER BY ALL
SELECT KVP::INTEGER::BIGINT, '1'::JSON, json_extract('{"a": 1}', '$.a'), '{"a": 1}'::JSON->>'a', to_json({'x': 1}) FROM series ORDER BY ALL
PIVOT series ON Modality IN ('CT', 'MR') USING count(*) GROUP BY PatientID ORDER BY ALL
SELECT * FROM (PIVOT series ON Modality IN ('CT', 'MR') USING max(KVP) GROUP BY PatientID) ORDER BY ALL
UNPIVOT (SELECT PatientID, n_series, n_studies FROM patients) ON n_series, n_studies INTO NAME what VALUE n ORDER BY ALL
SELECT count(*) FROM series USING SAMPLE 100%
SELECT count(*) FROM (FROM instances TABLESAMPLE reservoir(5))
SELECT * FROM range(3) ORDER BY 1
SELECT d.d FROM generate_series(DATE '2024-01-01', DATE '2024-01-05', INTERVAL 1 DAY) AS d(d) ORDER BY 1
SELECT KVP FROM series ORDER BY KVP DESC NULLS LAST LIMIT 2 OFFSET 1
SELECT KVP FROM series ORDER BY KVP LIMIT 50%
SELECT Modality COLLATE NOCASE = 'ct' FROM series ORDER BY 1
SELECT #1 FROM (SELECT KVP FROM series) ORDER BY 1
SELECT current_date IS NULL, now() IS NULL, random() IS NULL, uuid() IS NULL
SELECT file_key IS NULL, header IS NULL FROM headers
SELECT status, reason, count(*) FROM errors GROUP BY ALL
SELECT list_has_any(varies, ['KVP']) FROM series ORDER BY 1
SELECT series FROM series ORDER BY ALL LIMIT 1
DESCRIBE series
DESCRIBE SELECT KVP FROM series
SELECT column_name FROM (DESCRIBE series)
SUMMARIZE SELECT KVP, Modality FROM series
EXPLAIN SELECT count(*) FROM range(3)
/* first */ SELECT 1 AS one; -- last
""".strip().splitlines()


def test_there_are_many_queries_that_read() -> None:
    assert len(READS) >= 60


@pytest.mark.slow
@pytest.mark.parametrize("query", READS)
def test_a_query_that_reads_gives_what_duckdb_gives(query, catalog) -> None:
    plain = query.removesuffix("; -- last")
    pd.testing.assert_frame_equal(catalog.sql(query), to_pandas(catalog._query(plain)))
    with options.masked():
        pd.testing.assert_frame_equal(catalog.sql(query), to_pandas(catalog._query(plain)))


def test_a_function_that_is_not_known_is_refused() -> None:
    rows = duckdb.execute("SELECT DISTINCT function_name, function_type FROM duckdb_functions()").fetchall()
    unknown = {name for name, kind in rows if kind not in ("table", "table_macro", "pragma")} - FUNCTIONS
    assert len(unknown) > 100
    for name in unknown - OPERATORS:
        with pytest.raises(BadQuery):
            admitted(f'SELECT "{name}"()', [])
    for name in {name for name, kind in rows if kind in ("table", "table_macro")} - TABLE_FUNCTIONS:
        with pytest.raises(BadQuery):
            admitted(f'FROM "{name}"()', [])


def test_what_is_known_is_there_in_duckdb_or_was() -> None:
    rows = duckdb.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()
    made_by_the_parser = {"coalesce", "current_timestamp", "unnest"}
    assert len(FUNCTIONS - {name for (name,) in rows} - made_by_the_parser) < 5
    types = {
        str(name).lower() for (name,) in duckdb.execute("SELECT type_name FROM duckdb_types()").fetchall()
    }
    assert len(TYPES - types) < 5


def test_no_function_that_is_known_touches_files_settings_or_sequences() -> None:
    words = ("read", "write", "copy", "file", "glob", "env", "setting", "secret", "log_", "nextval", "seed")
    harmless = {"parse_filename"}
    assert [name for name in FUNCTIONS - harmless if any(word in name for word in words)] == []


def test_a_table_of_pythons_is_not_seen(catalog) -> None:
    frame = pd.DataFrame({"word": [CANARY]})
    with pytest.raises(BadQuery, match="no table 'frame'"):
        catalog.sql("FROM frame")
    assert len(frame) == 1


def test_tables_beside_are_seen_by_their_query_only(catalog) -> None:
    import pyarrow as pa

    ages = pa.table({"PatientID": ["P1"], "age": [42]})
    found = catalog.arrow("SELECT age FROM patients JOIN ages USING (PatientID)", {"ages": ages})
    assert found["age"].to_pylist() == [42]
    with pytest.raises(BadQuery, match="no table 'ages'"):
        catalog.arrow("FROM ages")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT PatientName::INT FROM patients",
        "SELECT timezone(PatientName, now()) FROM patients",
        "SELECT PatientName::DATE FROM patients",
        "SELECT PatientName::JSON FROM patients",
        "SELECT strptime(PatientName, '%Y') FROM patients",
        "SELECT PatientName::ENUM('a') FROM patients",
        "SELECT format(PatientName || '{', 1) FROM patients",
        "SELECT regexp_matches('a', PatientName || '(') FROM patients",
        "SELECT (SELECT PatientName FROM patients)",
        "SELECT date_trunc(PatientName, now()) FROM patients",
        "SELECT list_aggregate([1], PatientName) FROM patients",
    ],
)
def test_no_value_of_a_table_is_in_an_error(query, catalog) -> None:
    with pytest.raises(BadQuery) as refused:
        catalog.sql(query)
    assert NAME not in str(refused.value)


@pytest.mark.slow
def test_while_masked_conditions_compare_pseudonyms(catalog, place) -> None:
    masked = catalog.masked
    assert masked.read("patients", where=f"PatientName LIKE '{NAME[:4]}%'").empty
    assert not list(masked.kept_headers(f"PatientName LIKE '{NAME[:4]}%'"))
    columns = dl.Columns.only("PatientOrientation")
    assert not sum(map(len, masked.read_headers(columns, "PatientID = 'P1'")))
    shown = masked.read("patients", ["PatientID"])["PatientID"].iloc[0]
    assert sum(map(len, masked.read_headers(columns, f"PatientID = '{shown}'"))) == 4
    masked.export(place.parent / "masked.csv", where=f"PatientID = '{shown}'")
    assert NAME not in (place.parent / "masked.csv").read_text()


def test_the_process_of_a_masked_query_has_pseudonyms_only(catalog, place) -> None:
    """Also what were not refused would find nothing true, and change nothing."""
    opening = catalog._snapshot._masked(["series", "patients"])
    limits = query_process.Limits(60, 2048)
    before = _stamp(place)
    folders = {"catalog": place / "catalog", "canary": place / "canary", "out": place / "out.bin"}
    for statement in (*WRITES, *(f"FROM {one}" for one in (*READERS, *TABLES))):
        text = statement.format(**folders)
        found = b""
        try:
            for table in query_process.ask(opening, text, {}, rows=100, limits=limits):
                found += query_process._as_stream(table).to_pybytes()
        except query_process.Failed:
            continue
        assert CANARY.encode() not in found, text
        assert NAME.encode() not in found, text
    assert _stamp(place) == before


def test_copies_with_pseudonyms_are_for_their_owner_only(catalog) -> None:
    opening = catalog._snapshot._masked(["series"])
    paths = [Path(text.split("'")[1]) for text in opening.attach]
    assert paths
    for path in paths:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert NAME.encode() not in path.read_bytes()


def test_another_key_gives_other_pseudonyms(catalog, monkeypatch) -> None:
    first = catalog.masked.sql("SELECT PatientID FROM patients ORDER BY 1")
    monkeypatch.setattr(options, "_key", "another")
    second = catalog.masked.sql("SELECT PatientID FROM patients ORDER BY 1")
    assert not set(first["PatientID"]) & set(second["PatientID"])


def test_conditions_of_a_cohort_file_are_held_to_the_same(catalog, tmp_path) -> None:
    path = dl.select(catalog, "Modality = 'CT'").save(tmp_path / "ct.json")
    text = path.read_text()
    for other in ("EXISTS (FROM read_text('x'))", "SELECT * FROM whole.series", "true) OR (true"):
        path.write_text(text.replace("Modality = 'CT'", other))
        with pytest.raises(BadQuery):
            dl.Cohort.load(path, catalog)


def test_a_deeply_nested_text_is_refused_calmly() -> None:
    for text in ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "SELECT " + "+".join(["1"] * 2000)):
        with pytest.raises(BadQuery, match=r"nested|depth"):
            admitted(text, [])
    assert admitted_condition(" OR ".join(["true"] * 900), []) == frozenset()
