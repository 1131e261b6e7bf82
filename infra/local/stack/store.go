package stack

import (
	"github.com/recado-chat/recado/shared/dynamo"
)

// Store is the data layer over the stack's tables: fixtures write through it, nothing else does.
func (s *Stack) Store() *dynamo.Store {
	return dynamo.New(s.Engine.Client(), tables, dynamo.WithClock(s.Clock.Now))
}
