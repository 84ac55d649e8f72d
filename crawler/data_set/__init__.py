"""A data set: a whole store as Parquet files in a folder, to analyse it and to make it again."""
