// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** Why a call that might have been tried again was not. */
public enum RetryRefusal {
    /** It had been tried as often as the policy allows. */
    ATTEMPTS,
    /** The next attempt would have begun after the policy's deadline. */
    DEADLINE,
    /** The budget that all calls of the database share was used up. */
    BUDGET
}
