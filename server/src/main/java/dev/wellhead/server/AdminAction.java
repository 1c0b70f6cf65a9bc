// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

/**
 * What an operator did, for the log and the events.
 *
 * @param database its name as the operator gave it
 * @param action such as {@code pause}
 * @param by the address it came from
 * @param result {@code done}, or the status it was refused with
 */
record AdminAction(String database, String action, String by, String result) {}
