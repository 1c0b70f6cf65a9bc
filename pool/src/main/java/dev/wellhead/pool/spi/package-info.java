/** What a JDBC driver needs and lacks, for those who implement it. */
@NullMarked
package dev.wellhead.pool.spi;

import org.jspecify.annotations.NullMarked;
