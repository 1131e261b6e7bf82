// Package chattest yields permutations, for tests that a result does not depend on the order of its inputs.
//
// Only tests import it; it imports the standard library.
package chattest

import "iter"

// Permutations yields every order of n things as their indexes. What it yields is valid until the next one.
func Permutations(n int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		order, used := make([]int, 0, n), make([]bool, n)
		var place func() bool
		place = func() bool {
			if len(order) == n {
				return yield(order)
			}
			for i := range n {
				if used[i] {
					continue
				}
				used[i], order = true, append(order, i)
				goOn := place()
				used[i], order = false, order[:len(order)-1]
				if !goOn {
					return false
				}
			}
			return true
		}
		place()
	}
}
