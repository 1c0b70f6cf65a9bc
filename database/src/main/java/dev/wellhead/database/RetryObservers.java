// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import dev.wellhead.database.spi.RetryObserver;
import dev.wellhead.pool.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who is told of retries. */
final class RetryObservers {

    private static final Logger LOG = LoggerFactory.getLogger(RetryObservers.class);

    private final List<RetryObserver> all = new CopyOnWriteArrayList<>();

    void add(RetryObserver observer) {
        all.add(observer);
    }

    void remove(RetryObserver observer) {
        all.removeIf(each -> each == observer);
    }

    /** The pause begins; null where nobody is to be told of the end. */
    RetryObserver.@Nullable Attempt begins(RetryObserver.Retry retry) {
        if (all.isEmpty()) {
            return null;
        }
        var begun = new ArrayList<RetryObserver.Attempt>();
        for (var observer : all) {
            try {
                begun.add(observer.begins(retry));
            } catch (RuntimeException e) {
                failed(e);
            }
        }
        return error -> ended(begun, error);
    }

    /** The last that began ends first: each may have put something on the thread. */
    private static void ended(List<RetryObserver.Attempt> begun, @Nullable Throwable error) {
        for (int i = begun.size() - 1; i >= 0; i--) {
            try {
                begun.get(i).ended(error);
            } catch (RuntimeException e) {
                failed(e);
            }
        }
    }

    private static void failed(RuntimeException e) {
        LOG.debug("retry observer failed", Secret.mask(e));
    }
}
