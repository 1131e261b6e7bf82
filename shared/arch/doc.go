// Package arch holds the rules of the house as tests: which room may import which, one doc comment for each package, what every
// function must have, and what each may touch. A failure says the reason.
package arch
