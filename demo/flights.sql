CREATE TEMP TABLE source AS FROM read_csv('@DATA@/flights.csv', nullstr = 'NA');

CREATE TABLE nyc.flights (
	year INTEGER NOT NULL, month INTEGER NOT NULL, day INTEGER NOT NULL,
	dep_time INTEGER, sched_dep_time INTEGER, dep_delay INTEGER,
	arr_time INTEGER, sched_arr_time INTEGER, arr_delay INTEGER,
	carrier VARCHAR NOT NULL, flight INTEGER, tailnum VARCHAR, origin VARCHAR, dest VARCHAR,
	air_time INTEGER, distance INTEGER, hour INTEGER, minute INTEGER, time_hour TIMESTAMP WITH TIME ZONE
) PARTITIONED BY (month);

INSERT INTO nyc.flights BY NAME FROM source WHERE month = 1; -- January
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 2; -- February
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 3; -- March
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 4; -- April
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 5; -- May
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 6; -- June
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 7; -- July
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 8; -- August
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 9; -- September
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 10; -- October
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 11; -- November
INSERT INTO nyc.flights BY NAME FROM source WHERE month = 12; -- December
