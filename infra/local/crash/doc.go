// Package crash shows the second law on the whole system: every step may be repeated. Its tests run each handler of the
// topology in the local stack and stop it before and after each call that it makes; whoever sent the event sends it again, and
// what is stored, sent and shown in the end is what an undisturbed run leaves. The same scenarios run under conflicts,
// throttles, lost answers, lagging indexes and repeated records, and the stack is killed under load.
//
// It holds tests only, and may import everything.
package crash
