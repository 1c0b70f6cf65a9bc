// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * The last {@value #MOST} events of all databases of a {@link Watch}. Any thread may add and read; nothing waits for more
 * than another's addition.
 */
public final class EventLog {

    /** How many are kept. */
    public static final int MOST = 2_000;

    private static final int LONGEST_TEXT = 300;

    /**
     * Some events, oldest first.
     *
     * @param events them
     * @param last the newest event's number, whatever was asked for; 0 before the first
     * @param dropped how many after the number asked for are not kept any more
     */
    public record Page(List<DeskEvent> events, long last, long dropped) {}

    /** The oldest first; guarded by itself. */
    private final Deque<DeskEvent> kept = new ArrayDeque<>();

    private long last;

    EventLog() {}

    /**
     * Notes an event.
     *
     * @param text one sentence without secrets; cut at 300 characters
     */
    public void add(String database, String event, EventLevel level, String text) {
        var bounded = text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 3) + "...";
        synchronized (kept) {
            kept.addLast(new DeskEvent(++last, Instant.now(), database, event, level, bounded));
            if (kept.size() > MOST) {
                kept.removeFirst();
            }
        }
    }

    /**
     * The newest events that came after one.
     *
     * @param after its number; 0 for all that are kept
     * @param database of that one only; empty for all
     * @param limit how many at most: the newest of them
     */
    public Page after(long after, String database, int limit) {
        synchronized (kept) {
            long oldest = last - kept.size() + 1;
            List<DeskEvent> found = new ArrayList<>();
            var newest = kept.descendingIterator();
            while (newest.hasNext() && found.size() < limit) {
                var event = newest.next();
                if (event.id() <= after) {
                    break;
                }
                if (database.isEmpty() || event.database().equals(database)) {
                    found.add(event);
                }
            }
            Collections.reverse(found);
            return new Page(List.copyOf(found), last, Math.max(0, oldest - 1 - Math.max(0, after)));
        }
    }
}
