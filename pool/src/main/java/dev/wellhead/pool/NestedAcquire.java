// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

/** What happens to a caller who would have to wait while its thread holds another connection of the same pool. */
public enum NestedAcquire {
    /** It waits; the two places are logged and counted. */
    REPORT,
    /** It is refused at once, and the error names both places; it waits while the pool can still grow for it. */
    REFUSE
}
