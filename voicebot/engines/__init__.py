"""The models, loaded once per process and shared by all calls; the only place that imports them."""

import os

# CTranslate2 brings GNU OpenMP, whose threads spin while they wait for each other. Beside any other
# busy thread that turned decodes of 0.3 s into 3 s; waiting passively costs nothing on an idle
# machine. The library reads this once, when it is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
