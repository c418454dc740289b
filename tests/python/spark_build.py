"""Load a folder of raw CSV files into Spark and build the models from them.

Run by the Python of an environment that has PySpark and dbt-spark, with the folder and
dbt's arguments. One process, since starting Spark takes longer than most models.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession


def load(spark: SparkSession, raw: Path) -> None:
    """Put a folder of raw CSV files into the schema `raw`, as text."""
    spark.sql("create schema raw")
    for path in sorted(raw.glob("*.csv")):
        rows = spark.read.csv(str(path), header=True, multiLine=True, escape='"')
        rows.write.saveAsTable(f"raw.{path.stem}")


if __name__ == "__main__":
    load(SparkSession.builder.enableHiveSupport().getOrCreate(), Path(sys.argv[1]))
    sys.exit(not dbtRunner().invoke(sys.argv[2:]).success)
