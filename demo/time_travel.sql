SELECT 'version 1' AS state, count(*) AS flights, max(month) AS last_month FROM nyc.flights AT (VERSION => 1)
UNION ALL
SELECT 'version 6', count(*), max(month) FROM nyc.flights AT (VERSION => 6)
UNION ALL
SELECT 'newest', count(*), max(month) FROM nyc.flights
ORDER BY flights;
