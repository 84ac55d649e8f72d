"""Archives of any size on Apache Spark, by the functions of the single machine."""
