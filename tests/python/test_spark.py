"""SQL that travels: on Spark the same rows become the same cells.

Spark, its Python and dbt's adapter for it are 400 MB that nothing else here needs, so
they live in an environment of their own, which BOWTIE_SPARK_PYTHON names:

    uv venv /tmp/spark --python 3.11
    uv pip install --python /tmp/spark/bin/python "dbt-spark[session]==1.11.0" \
        dbt-core==1.11.16 pyspark==4.0.1 setuptools
    BOWTIE_SPARK_PYTHON=/tmp/spark/bin/python pytest tests/python/test_spark.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path

import pytest
from conftest import TINY_AS_OF
from engine_parity import FILLED_BY_THREE_ACCOUNTS, differences

from bowtie.paths import PROJECT_DIR

# A quarter of an hour of a core: Spark plans each model for seconds.
pytestmark = pytest.mark.slow

BUILD = Path(__file__).parent / "spark_build.py"


@pytest.fixture(scope="session")
def spark_python() -> str:
    """Return the Python that has PySpark and dbt-spark."""
    python = os.environ.get("BOWTIE_SPARK_PYTHON")
    if python is None:
        pytest.skip("BOWTIE_SPARK_PYTHON names no environment with Spark")
    needed = "import pyspark, dbt.adapters.spark"
    if subprocess.run([python, "-c", needed], check=False).returncode:
        pytest.skip(f"{python} has no PySpark or no dbt-spark")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs Java, which is not here")
    return python


def build(python: str, raw: Path, as_of: str, folder: Path) -> Path:
    """Build all models on Spark in a folder, and return that of its tables."""
    tables = folder / "tables"
    settings = {
        "spark.master": "local[2]",
        "spark.driver.memory": "4g",
        "spark.sql.warehouse.dir": tables,
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
        # Compiling a query takes longer than a handful of rows.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    (folder / "spark-defaults.conf").write_text(
        "".join(f"{name} {value}\n" for name, value in settings.items())
    )
    variables = {"raw_way": "warehouse", "as_of_date": as_of}
    done = subprocess.run(
        [
            *(python, BUILD, raw, "--quiet", "--no-use-colors"),
            *("--log-level-file", "none", "build", "--target", "spark"),
            *("--exclude-resource-type", "test", "unit_test"),
            *("--project-dir", PROJECT_DIR, "--profiles-dir", PROJECT_DIR),
            *("--target-path", folder / "target", "--vars", json.dumps(variables)),
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYSPARK_PYTHON": python,
            "SPARK_CONF_DIR": str(folder),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return tables


def rows_in(
    tables: Path, table: str, kinds: dict[str, str]
) -> AbstractContextManager[str]:
    """Return a relation of a table's rows, which Spark keeps as Parquet files."""
    schema, name = table.split(".")
    folder = tables / f"{schema}.db" / name
    assert folder.is_dir(), f"Spark has no {table}"
    if not any(folder.glob("*.parquet")):
        return nullcontext(f"(from bowtie.{table} limit 0)")
    return nullcontext(f"'{folder}/*.parquet'")


def test_three_accounts_have_the_same_cells(
    spark_python, tiny_raw, tiny_warehouse, tmp_path
):
    tables = build(spark_python, tiny_raw, TINY_AS_OF, tmp_path)
    differing, filled = differences(tiny_warehouse, partial(rows_in, tables))
    assert differing == {}
    assert filled > FILLED_BY_THREE_ACCOUNTS
