package intruder;

import dev.wellhead.database.internal.Mapping;
import dev.wellhead.pool.internal.Pool;

class Intruder {}
