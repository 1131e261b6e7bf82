// Package crash tests that every step of the system may be repeated. Its tests run each function of the topology in the local stack
// and stop it before and after each call that it makes. The event is then delivered again, and what is stored, sent and shown at the
// end must equal an undisturbed run. The same scenarios run with random conflicts, throttles, lost answers, lagging indexes and
// repeated records, and one test kills the stack under load.
//
// A scenario is a list of steps, a scenarioRun its execution in an account of its own, and a harness the stack that many runs share.
//
// It holds tests only, and may import everything.
package crash
