"""DuckDB: read_csv with declared types, COPY to one zstd Parquet file. No table, no catalog, no commit.

    duckdb_copy.py transactions IN.csv OUT_DIR
"""

import sys
from pathlib import Path

import duckdb

source, out = sys.argv[2], Path(sys.argv[3])
out.mkdir(parents=True)
connection = duckdb.connect(":memory:", config={"temp_directory": str(out / "temporary")})
connection.execute(f"""
    COPY (
        SELECT * FROM read_csv('{source}',
            auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false,
            dateformat = '%Y-%m-%d', timestampformat = '%Y-%m-%d %H:%M:%S.%f',
            columns = {{
                'transaction_id': 'BIGINT', 'account_no': 'VARCHAR', 'channel': 'VARCHAR', 'traded_on': 'DATE',
                'traded_at': 'TIMESTAMP', 'amount': 'DECIMAL(18,2)', 'installments': 'INTEGER', 'is_abroad': 'BOOLEAN',
                'memo': 'VARCHAR'
            }})
    ) TO '{out}/rows.parquet' (FORMAT parquet, COMPRESSION zstd)
""")
