// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An error and those it brings along: the next ones of a batch, and causes. Each is met once, also in a circle, and at
 * most {@value #MOST} of them. What failed while the error was handled (suppressed) is none of it.
 *
 * @param sqlExceptions in order: the error, its next ones, its causes
 * @param isIo whether an I/O error is among them
 */
record ErrorChain(List<SQLException> sqlExceptions, boolean isIo) {

    static final int MOST = 100;

    static ErrorChain of(Throwable error) {
        List<Throwable> all = new ArrayList<>(4);
        Set<Throwable> met = Collections.newSetFromMap(new IdentityHashMap<>());
        add(error, all, met);
        for (int i = 0; i < all.size(); i++) {
            var one = all.get(i);
            if (one instanceof SQLException sql) {
                add(sql.getNextException(), all, met);
            }
            add(one.getCause(), all, met);
        }
        return new ErrorChain(
                all.stream()
                        .filter(SQLException.class::isInstance)
                        .map(SQLException.class::cast)
                        .toList(),
                all.stream().anyMatch(IOException.class::isInstance));
    }

    private static void add(@Nullable Throwable error, List<Throwable> all, Set<Throwable> met) {
        if (error != null && all.size() < MOST && met.add(error)) {
            all.add(error);
        }
    }
}
