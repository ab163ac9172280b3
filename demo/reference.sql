CREATE SCHEMA nyc;

CREATE TABLE nyc.airlines AS FROM read_csv('@DATA@/airlines.csv');
CREATE TABLE nyc.airports AS FROM read_csv('@DATA@/airports.csv', nullstr = 'NA');
CREATE TABLE nyc.planes AS FROM read_csv('@DATA@/planes.csv', nullstr = 'NA');
CREATE TABLE nyc.weather SORTED BY (origin, time_hour) AS FROM read_csv('@DATA@/weather.csv', nullstr = 'NA');

COMMENT ON TABLE nyc.weather IS 'Hourly weather at the three airports of New York City, 2013';

SHOW TABLES FROM nyc;
