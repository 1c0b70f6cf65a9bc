// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.pool.PoolConfig;
import java.lang.reflect.RecordComponent;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DatabaseIdentityTest {

    /** Told elsewhere in the text, or possibly secret. */
    private static final Set<String> NOT_SHOWN =
            Set.of("name", "jdbc-url", "credentials", "driver-properties", "init-sql", "validation-query");

    @Test
    void everySettingOfThePoolIsShownUnlessItMayHoldSecrets() {
        var shown = DatabaseIdentity.settings(
                DatabaseConfig.of(PoolConfig.builder().jdbcUrl("jdbc:x:y").build()));

        var all = Stream.of(PoolConfig.class.getRecordComponents())
                .map(RecordComponent::getName)
                .map(name -> name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .filter(key -> !NOT_SHOWN.contains(key))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(shown.keySet()).containsAll(all);
    }
}
