SELECT version, operation, coalesce(operation_metrics['numTargetRowsUpdated'], operation_metrics['numUpdatedRows'],
	operation_metrics['numDeletedRows'], operation_metrics['numOutputRows']) AS rows, engine
FROM merganser_history('lake.nyc.flights') ORDER BY version DESC LIMIT 5;

EXPLAIN SELECT count(dep_delay) FROM nyc.flights WHERE month = 12 AND carrier = 'UA';
