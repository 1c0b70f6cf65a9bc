// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.math.BigDecimal;

/**
 * The row that is read: as many columns, of as many kinds, as rows often have. Its columns are called as its components
 * and no type needs conversion, so that no peer is slowed down by its way of finding or making them.
 */
public record Visitor(long id, String name, String email, int visits, boolean active, BigDecimal balance) {

    static final String SELECT = "select id, name, email, visits, active, balance from visitor where id = ?";
    static final String SELECT_NAMED = "select id, name, email, visits, active, balance from visitor where id = :id";

    /** What the driver that does nothing answers. */
    static final Visitor ANSWER = new Visitor(4_242L, "Ada", "ada@example.org", 1_815, true, new BigDecimal("1852.11"));

    /** The same in the spelling that most schemas and most programs have, which differ. */
    public record Spelled(
            long visitorId,
            String firstName,
            String emailAddress,
            int visitCount,
            boolean isActive,
            BigDecimal openBalance) {

        static final String SELECT =
                "select visitor_id, first_name, email_address, visit_count, is_active, open_balance"
                        + " from visitor where visitor_id = ?";

        static final Spelled ANSWER = new Spelled(
                Visitor.ANSWER.id,
                Visitor.ANSWER.name,
                Visitor.ANSWER.email,
                Visitor.ANSWER.visits,
                Visitor.ANSWER.active,
                Visitor.ANSWER.balance);
    }
}
