#!/bin/sh
# Real data into Delta tables by SQL, questions, time travel, and three other engines that read the same folder.
# `make demo` builds what this needs first. The folder stays in demo/out for you to play with.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/.."
shell=${MERGANSER_BINARY:-build/release/merganser}
python=.deps/venv/bin/python
data=.deps/nycflights13
lake=demo/out/warehouse

say() {
	printf '\n\033[1m== %s\033[0m\n' "$1"
}

rm -rf demo/out
mkdir -p demo/out

say "Reference tables: CREATE TABLE AS, one Delta commit each"
sed "s|@DATA@|$data|g" "$here/reference.sql" >demo/out/reference.sql
"$shell" "$lake" -f demo/out/reference.sql

say "336,776 flights of 2013, month by month: twelve INSERT commits into a table partitioned by month"
sed "s|@DATA@|$data|g" "$here/flights.sql" >demo/out/flights.sql
"$shell" "$lake" -f demo/out/flights.sql

say "Questions"
"$shell" "$lake" -f "$here/questions.sql"

say "Late corrections as a MERGE, cancelled flights deleted, while another process changes the same table"
"$shell" "$lake" -f "$here/interference.sql" >demo/out/interference.txt &
other=$!
"$shell" "$lake" -f "$here/corrections.sql"
wait "$other"
sed 's/^/the other process: /' demo/out/interference.txt

say "Back to January: the table as it was at version 1"
"$shell" "$lake" -f "$here/time_travel.sql"

say "History, and what a filter on the month does not have to open"
"$shell" "$lake" -f "$here/history.sql"

say "The same folder, read by three engines that know nothing of Merganser"
"$python" "$here/readers.py" "$shell" "$lake"

cat <<TEXT

The tables are in $lake. Play with them:

  $shell $lake                            the SQL shell (.tables, .help; Ctrl-D leaves)
  $shell $lake -c "FROM nyc.flights LIMIT 5"
  $shell $lake -c "SELECT count(*) FROM nyc.flights AT (VERSION => 6)"
  $shell $lake -c "CALL merganser_history('lake.nyc.flights')"
TEXT
