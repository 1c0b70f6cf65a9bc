// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.watch;

import java.time.Instant;

/**
 * Something that happened to a database or its pool, in words for an operator.
 *
 * @param id rises by one with each event of a {@link Watch}, from 1
 * @param at when it was noted; up to a second after it happened
 * @param database its name
 * @param event what kind of thing, such as {@code evicted}; see {@code docs/monitoring.md}
 * @param level how much it matters
 * @param text one sentence, at most 300 characters, without secrets
 */
public record DeskEvent(long id, Instant at, String database, String event, EventLevel level, String text) {}
