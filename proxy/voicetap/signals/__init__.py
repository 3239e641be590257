"""What voicetap says: signals made from facts.

names        the one catalogue of metrics; metric: what it says of each
labels       the values that their labels take
identifiers  what may be shown of ids, codes and names that peers choose
counts       what a session came to, in numbers

metrics      Fact -> sample
spans        Fact -> span
live         Fact -> what the live page shows
logs         Fact -> log line, and the shape of every line of the process
report       Fact -> the report of a recorded session
otel         the way out to a collector, as the OTEL_* variables ask for it
"""
