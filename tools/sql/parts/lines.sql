-- Lines, and no JSON reader: one that looks at the data to find types is led by whoever chose the
-- texts, and DuckDB's refuses a whole file for one lone surrogate in one name. The delimiter is a
-- control character, which stands in no line of canonical JSON. What is no JSON, or does not fit
-- its column, is an error and never left out.
CREATE OR REPLACE MACRO texts_of(files) AS TABLE
  SELECT replace(regexp_replace(replace(coalesce(written, ''), '\\', chr(1)),
      -- A lone surrogate becomes the six characters that spell it, \ud800.
      '\\(ud[89a-f][0-9a-f]{2})', chr(1) || '\1', 'g'), chr(1), '\\') AS text, filename
  FROM read_csv(files, columns = {'written': 'VARCHAR'}, auto_detect = false, header = false,
    delim = chr(1), quote = '', escape = '', comment = '', new_line = '\n', ignore_errors = false,
    max_line_size = 2097152, hive_partitioning = false, filename = true);
-- Of no file at all, too: one that is there anyway stands in, and its line is left out.
CREATE OR REPLACE MACRO lines_of(files) AS TABLE
  SELECT CASE WHEN filename <> getvariable('stand_in') THEN text END::JSON AS line, filename
  FROM texts_of(list_concat([getvariable('stand_in')], files))
  WHERE filename <> getvariable('stand_in');
