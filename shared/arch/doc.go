// Package arch tests the rules of the repository: which package may import which, one comment for each package, the length of files
// and packages, what every function consists of, and what it may read and write. Each failure states the reason for the rule. Nothing
// imports it; its tests may import every package.
package arch
