"""Runs the README's examples in the folder that holds README.md and data/."""

import re
from pathlib import Path

names = {}
for code in re.findall(r"```python\n(.+?)```", Path("README.md").read_text(), re.DOTALL):
    exec(code, names)
assert len(names["crops"]) == len(names["words"]["boxes"]) >= 1000
print(f"The README's examples cut {len(names['crops']):,} words")
