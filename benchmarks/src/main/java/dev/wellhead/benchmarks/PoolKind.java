// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.util.Locale;

/** The pools that are measured. */
public enum PoolKind {
    /** No pool. */
    DIRECT("Connection per call"),
    /** Wellhead at its defaults. */
    WELLHEAD("Wellhead"),
    /** Wellhead with statistics off; against the next it shows what leases cost. */
    WELLHEAD_LEASES("Wellhead, statistics off"),
    /** Wellhead with statistics and leases off. */
    WELLHEAD_BARE("Wellhead, statistics and leases off"),
    /** HikariCP at its defaults. */
    HIKARI("HikariCP"),
    /** HikariCP with its Micrometer metrics. */
    HIKARI_METRICS("HikariCP with metrics"),
    /** Agroal. */
    AGROAL("Agroal"),
    /** Apache Commons DBCP 2. */
    DBCP2("DBCP2"),
    /** c3p0. */
    C3P0("c3p0"),
    /** Tomcat's JDBC pool. */
    TOMCAT("Tomcat JDBC"),
    /** Vibur DBCP. */
    VIBUR("Vibur");

    private final String label;

    PoolKind(String label) {
        this.label = label;
    }

    /** As tables have it. */
    public String label() {
        return label;
    }

    /** As commands have it, such as {@code hikari-metrics}. */
    public String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Starts one, with {@link PoolSetup#minIdle} connections open or about to be. */
    public OpenPool open(PoolSetup setup) {
        return switch (this) {
            case DIRECT -> new DirectConnections(setup);
            case WELLHEAD -> WellheadPools.open(setup, true, true);
            case WELLHEAD_LEASES -> WellheadPools.open(setup, false, true);
            case WELLHEAD_BARE -> WellheadPools.open(setup, false, false);
            case HIKARI -> PeerPools.hikari(setup, false);
            case HIKARI_METRICS -> PeerPools.hikari(setup, true);
            case AGROAL -> PeerPools.agroal(setup);
            case DBCP2 -> PeerPools.dbcp2(setup);
            case C3P0 -> PeerPools.c3p0(setup);
            case TOMCAT -> PeerPools.tomcat(setup);
            case VIBUR -> PeerPools.vibur(setup);
        };
    }
}
