-- What another process does to the same table at the same time: no statement of either is lost.
UPDATE nyc.flights SET dep_delay = 0 WHERE month = 12 AND dep_delay BETWEEN -2 AND -1;
UPDATE nyc.flights SET dep_delay = -3 WHERE month = 12 AND dep_delay BETWEEN -5 AND -4;
