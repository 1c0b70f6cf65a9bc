// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/**
 * What one {@link Lane} holds and wants at one moment.
 *
 * @param lane its name; {@link Lane#DEFAULT} for callers who name none
 * @param held connections its callers hold
 * @param waiting its callers in line
 * @param guaranteed connections that are its own as soon as it asks for them
 * @param ceiling most connections it may hold
 */
public record LaneUse(String lane, int held, int waiting, int guaranteed, int ceiling) {}
