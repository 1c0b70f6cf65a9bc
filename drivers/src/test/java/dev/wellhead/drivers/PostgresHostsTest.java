// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wellhead.pool.ConfigException;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.spi.HostSupport.HostUrl;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresHostsTest {

    private final PostgresHosts hosts = new PostgresHosts();

    @Test
    void eachHostHasAUrlOfItsOwn() {
        assertThat(hosts.hosts("jdbc:postgresql://A,b:5433,[::1]:5434/db?targetServerType=primary&ssl=true"))
                .containsExactly(
                        new HostUrl("a:5432", "jdbc:postgresql://a:5432/db?ssl=true&targetServerType=any"),
                        new HostUrl("b:5433", "jdbc:postgresql://b:5433/db?ssl=true&targetServerType=any"),
                        new HostUrl("[::1]:5434", "jdbc:postgresql://[::1]:5434/db?ssl=true&targetServerType=any"));
        assertThat(hosts.hosts("jdbc:postgresql:db")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "targetServerType=master, primary",
        "targetServerType=preferSecondary, prefer-standby",
        "targetServerType=slave, standby",
        "target_session_attrs=read-write, read-write",
        "ssl=true, ''",
        "targetServerType=nonsense, nonsense"
    })
    void theTargetIsToldInLibpqsWords(String parameter, String word) {
        assertThat(hosts.target("jdbc:postgresql://a,b/db?" + parameter, Map.of()))
                .isEqualTo(word);
        assertThat(hosts.target("jdbc:postgresql://a,b/db", Map.of("targetServerType", "secondary")))
                .isEqualTo("standby");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a:5432,b,A", "a,b:5432,a:5432"})
    void aHostNamedTwiceIsRefusedWithBothPlaces(String list) {
        assertThatThrownBy(() -> PoolConfig.builder()
                        .jdbcUrl("jdbc:postgresql://" + list + "/db")
                        .build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("host 1 and host 3 of the list are both a:5432");
    }

    @Test
    void anUnknownTargetIsRefused() {
        assertThatThrownBy(() -> PoolConfig.builder()
                        .jdbcUrl("jdbc:postgresql://a,b/db?targetServerType=nonsense")
                        .build())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("prefer-standby");
    }
}
