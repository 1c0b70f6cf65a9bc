/** How a connection is kept: no promises to anybody outside this module. */
@NullMarked
package dev.wellhead.pool.internal;

import org.jspecify.annotations.NullMarked;
