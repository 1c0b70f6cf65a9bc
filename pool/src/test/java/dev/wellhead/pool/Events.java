// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps everything that a pool tells, in the order in which it was told. */
final class Events implements PoolListener {

    /** One event and when it was told. */
    record Told(PoolEvent event, long nanos, String thread) {}

    private final List<Told> told = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(PoolEvent event) {
        told.add(new Told(event, System.nanoTime(), Thread.currentThread().getName()));
    }

    List<Told> told() {
        return told;
    }

    List<PoolEvent> all() {
        return told.stream().map(Told::event).toList();
    }

    <T extends PoolEvent> List<T> of(Class<T> type) {
        return told.stream()
                .map(Told::event)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    List<PoolEvent.Evicted> evicted(EvictReason reason) {
        return of(PoolEvent.Evicted.class).stream()
                .filter(event -> event.reason() == reason)
                .toList();
    }
}
