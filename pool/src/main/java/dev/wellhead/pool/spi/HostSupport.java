// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.spi;

import dev.wellhead.pool.HostRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How the servers of one database are told apart, for a URL that names several. Without it such a URL goes to the driver
 * as it is. Implementations are stateless and thread-safe.
 */
public interface HostSupport {

    /**
     * One server.
     *
     * @param address name and port, such as {@code db1:5432}; the same server has the same text
     * @param jdbcUrl leads to this server alone, whatever its role
     */
    record HostUrl(String address, String jdbcUrl) {}

    /**
     * What a server says of itself.
     *
     * @param role never {@link HostRole#UNKNOWN}
     * @param lag how far a replica is behind; empty where it is none, or where that is not known
     * @param cluster the same for all servers of one cluster; empty where it is not known
     * @param timeline grows at each promotion; empty where it is not known, and for replicas
     * @param refused what the server would not tell, in its own words; empty if nothing
     */
    record Look(HostRole role, Optional<Duration> lag, String cluster, OptionalLong timeline, String refused) {}

    /** The servers that a URL names, in its order; one, or none, where it names no list. Asks nobody. */
    List<HostUrl> hosts(String jdbcUrl);

    /**
     * Which of them is wanted, as URL and properties say it, in libpq's words for {@code target_session_attrs}, or
     * {@code prefer-primary}. What is none of these is returned as it is, and refused by the pool.
     *
     * @return empty where neither says anything
     */
    String target(String jdbcUrl, Map<String, String> given);

    /**
     * Asks a server. Waits for the network, for as long as the connection's network timeout lets it.
     *
     * @param physical of the pool's own, in auto-commit
     * @throws SQLException when it does not answer; what it merely refuses is said in {@link Look#refused}
     */
    Look look(Connection physical) throws SQLException;
}
