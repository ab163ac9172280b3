"""Runs in Spark's Python: one session that obeys JSON lines from stdin and answers on the file descriptor it is given.

    {"sql": statement}              -> {"ok": true}
    {"sql": query, "path": file}    -> the rows as an Arrow file
    {"conf": {name: value}}         -> sets or, for null, unsets settings of the session

A failed statement is answered with {"error": text}.
"""

import json
import os
import sys
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

LOG_STORE = Path(__file__).with_name("LinkingLogStore.java")


def start(jars: Path, scratch: Path) -> SparkSession:
    builder = (
        SparkSession.builder.master("local[1]").appName("merganser-interop")
        .config("spark.jars", ",".join(str(jar) for jar in sorted(jars.glob("*.jar"))))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.delta.logStore.file.impl", LOG_STORE.stem)
        .config("spark.databricks.delta.snapshotPartitions", "1")
        .config("spark.sql.shuffle.partitions", "2")
        # VACUUM makes that many tasks; Spark's default is 10,000.
        .config("spark.sql.sources.parallelPartitionDiscovery.parallelism", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xss8m")
        # Tables of a few rows: compiling code for them, and planning them twice, is most of the time.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
        .config("spark.local.dir", str(scratch / "local"))
    )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    compile_log_store(session, scratch / "classes")
    return session


def compile_log_store(session: SparkSession, classes: Path) -> None:
    """With the compiler that Spark has for its queries: a Java runtime has none."""
    java = session.sparkContext._jvm
    loader = java.Thread.currentThread().getContextClassLoader()
    compiler = java.org.codehaus.janino.SimpleCompiler()
    compiler.setParentClassLoader(loader)
    compiler.cook(LOG_STORE.read_text())
    classes.mkdir()
    for name, code in compiler.getBytecodes().items():
        (classes / f"{name}.class").write_bytes(bytes(code))
    loader.addURL(java.java.io.File(str(classes)).toURI().toURL())


def obey(session: SparkSession, order: dict) -> None:
    for name, value in order.get("conf", {}).items():
        session.conf.unset(name) if value is None else session.conf.set(name, value)
    if "sql" not in order:
        return
    result = session.sql(order["sql"])
    if "path" in order:
        table = result.toArrow()
        with pa.OSFile(order["path"], "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)


def main() -> None:
    answers = os.fdopen(int(sys.argv[1]), "w")
    session = start(Path(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps({"ok": True, "version": session.version}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            obey(session, json.loads(line))
            answer = {"ok": True}
        except Exception as error:  # whatever Spark throws is an answer
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)
    session.stop()


if __name__ == "__main__":
    main()
