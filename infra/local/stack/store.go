package stack

import (
	"github.com/recado-chat/recado/shared/dynamo"
)

// Tables are the names of the stack's tables. Only fixtures write to them directly.
func (s *Stack) Tables() dynamo.Tables { return tables }
