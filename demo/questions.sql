-- Which airlines keep their timetable?
SELECT airlines.name AS airline, count(*) AS flights, round(avg(arr_delay), 1) AS minutes_late,
       bar(avg(arr_delay), 0, 25, 30) AS chart
FROM nyc.flights JOIN nyc.airlines USING (carrier)
GROUP BY ALL HAVING count(*) > 1000 ORDER BY minutes_late DESC;

-- When should one fly?
SELECT hour, count(*) AS flights, round(avg(dep_delay), 1) AS minutes_late, bar(avg(dep_delay), 0, 30, 40) AS chart
FROM nyc.flights WHERE hour BETWEEN 5 AND 23 GROUP BY hour ORDER BY hour;

-- Does rain or snow matter?
SELECT CASE WHEN precip > 0 THEN 'rain or snow' ELSE 'dry' END AS weather, count(*) AS flights,
       round(avg(dep_delay), 1) AS minutes_late, bar(avg(dep_delay), 0, 40, 40) AS chart
FROM nyc.flights JOIN nyc.weather USING (origin, time_hour)
GROUP BY ALL ORDER BY minutes_late;
