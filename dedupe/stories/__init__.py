"""Stories: texts that tell one event in different words."""
