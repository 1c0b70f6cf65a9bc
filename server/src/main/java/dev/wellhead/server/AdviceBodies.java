// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.watch.Advice;
import dev.wellhead.watch.Prices;
import dev.wellhead.watch.Watch;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The body of {@code /api/advice}. */
final class AdviceBodies {

    record One(String database, String kind, String text, Map<String, BigDecimal> numbers, String confidence) {

        static One of(Advice advice) {
            Map<String, BigDecimal> numbers = new LinkedHashMap<>();
            advice.numbers().forEach((name, number) -> numbers.put(name, Numbers.twoDecimals(number)));
            return new One(
                    advice.database(),
                    advice.kind().name().toLowerCase(Locale.ROOT),
                    advice.text(),
                    numbers,
                    advice.confidence().name().toLowerCase(Locale.ROOT));
        }
    }

    record All(String timestamp, List<One> advice) {}

    private AdviceBodies() {}

    static Reply advice(Collection<MonitoredDatabase> databases, Watch watch, Prices prices) {
        return Reply.json(
                200,
                new All(
                        Numbers.iso(Instant.now()),
                        databases.stream()
                                .flatMap(database -> watch.advice(database, prices).stream())
                                .map(One::of)
                                .toList()));
    }
}
