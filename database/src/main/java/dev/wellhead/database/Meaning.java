// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

/** What an error says about the database or the statement. */
public enum Meaning {
    /** No connection could be made. */
    UNREACHABLE,
    /** No connection is free, or the database admits no more. */
    OVERLOADED,
    /** The login was refused. */
    AUTHENTICATION,
    /** There is no database of that name. */
    UNKNOWN_DATABASE,
    /** The statement cannot be understood, or names what does not exist. */
    SYNTAX,
    /** A constraint would be violated. */
    CONSTRAINT,
    /** The login may not do this. */
    PERMISSION,
    /** A time limit ended it. */
    TIMEOUT,
    /** The database takes no writes at present. */
    READ_ONLY,
    /** Another transaction was in the way. */
    SERIALIZATION,
    /** The connection broke. */
    CONNECTION_LOST,
    /** The server ran out of disk, memory or another resource. */
    RESOURCE,
    /** The caller or an operator ended it. */
    CANCELLED,
    /** Anything else. */
    OTHER
}
