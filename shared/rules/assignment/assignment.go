// Package assignment decides which operator gets a conversation: a pure rule, with the reason for every operator it considered.
//
// It imports chat and rules/permission.
package assignment

import (
	"cmp"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// Candidate is an operator with their load.
type Candidate struct {
	Operator chat.Operator
	Load     chat.Load
}

// Choice is the rule's answer. With no Operator, nobody is eligible and the conversation waits.
type Choice struct {
	Operator *chat.Operator
	Load     chat.Load // the operator's, by which they were chosen: the condition of the write
	Reason   chat.Reason
}

// Choose picks the operator for a conversation:
//   - Eligible are active operators who can answer, have the store's grant, are available, below their capacity and were not unassigned
//     from it by hand.
//   - The operator who had it before it closed or was released gets it again if eligible, in every distribution mode.
//   - Otherwise, among the eligible: the fewest open conversations, then the longest without an assignment, then the id, so that the
//     result does not depend on the order of the list.
//   - A fixed manager gets it whatever their capacity and availability, but must be active, able to answer and have the grant.
//   - Which conversations an operator who is free may take depends on the distribution, the operator's id, and what does not change of a
//     conversation while it waits. pool.Look relies on that.
func Choose(conversation chat.Conversation, distribution chat.Distribution, candidates []Candidate) Choice {
	former := slices.IndexFunc(candidates, func(c Candidate) bool {
		return conversation.FormerID != "" && c.Operator.ID == conversation.FormerID && consider(conversation, c).Outcome == ""
	})
	switch {
	case former >= 0:
		return pick(conversation, candidates, former)
	case distribution.Mode == chat.DistributeToManager:
		return manager(conversation, distribution.ManagerID, candidates)
	case distribution.Mode == chat.DistributeToAccount:
		return pick(conversation, candidates, -1)
	}
	return Choice{Reason: chat.Reason{Code: chat.ReasonNobodyEligible}}
}

// Takers says which of a store's waiting conversations somebody can take now.
type Takers int

// The takers.
const (
	NoTakers     Takers = iota // nobody takes any
	FormerTakers               // each operator those that they had before, and no others
	AllTakers                  // any, unless it was unassigned from all who could
)

// TakersOf finds out whether a look through a store's pool can assign anything.
func TakersOf(store chat.StoreID, distribution chat.Distribution, candidates []Candidate) Takers {
	any := chat.Conversation{StoreID: store}
	if Choose(any, distribution, candidates).Operator != nil {
		return AllTakers
	}
	if len(Free(store, distribution, candidates)) > 0 {
		return FormerTakers
	}
	return NoTakers
}

// Free are the operators of whom a look through a store's pool can choose one. A fixed manager who may be given conversations is one of
// them whatever their capacity and availability.
func Free(store chat.StoreID, distribution chat.Distribution, candidates []Candidate) (free []chat.OperatorID) {
	any := chat.Conversation{StoreID: store}
	for _, c := range candidates {
		manages := distribution.Mode == chat.DistributeToManager && distribution.ManagerID == c.Operator.ID && permission.Refuses(c.Operator, store) == ""
		if manages || consider(any, c).Outcome == "" {
			free = append(free, c.Operator.ID)
		}
	}
	return free
}

// pick chooses among all candidates; former is the index of the one who is preferred, -1 for none.
func pick(conversation chat.Conversation, candidates []Candidate, former int) Choice {
	considered := make([]chat.Considered, len(candidates))
	var eligible []int
	for i, candidate := range candidates {
		considered[i] = consider(conversation, candidate)
		if considered[i].Outcome == "" {
			eligible = append(eligible, i)
		}
	}
	if len(eligible) == 0 {
		return Choice{Reason: chat.Reason{Code: chat.ReasonNobodyEligible, Considered: considered}}
	}
	best, code := former, chat.ReasonFormerOperator
	if former < 0 {
		best, code = slices.MinFunc(eligible, func(a, b int) int { return order(candidates[a], candidates[b]) }), chat.ReasonFewestOpen
	}
	for _, i := range eligible {
		switch {
		case i == best:
			considered[i].Outcome = chat.OutcomeChosen
		case candidates[i].Load.Open > candidates[best].Load.Open:
			considered[i].Outcome = chat.OutcomeBusier
		default:
			considered[i].Outcome = chat.OutcomeServedLater
			if code == chat.ReasonFewestOpen {
				code = chat.ReasonLongestWithout
			}
		}
	}
	chosen := candidates[best].Operator
	return Choice{Operator: &chosen, Load: candidates[best].Load, Reason: chat.Reason{Code: code, Considered: considered}}
}

func manager(conversation chat.Conversation, id chat.OperatorID, candidates []Candidate) Choice {
	for _, candidate := range candidates {
		if candidate.Operator.ID != id {
			continue
		}
		line := describe(candidate)
		if line.Outcome = permission.Refuses(candidate.Operator, conversation.StoreID); line.Outcome == "" {
			line.Outcome = chat.OutcomeChosen
			chosen := candidate.Operator
			return Choice{Operator: &chosen, Load: candidate.Load, Reason: chat.Reason{Code: chat.ReasonFixedManager, Considered: []chat.Considered{line}}}
		}
		return Choice{Reason: chat.Reason{Code: chat.ReasonNobodyEligible, Considered: []chat.Considered{line}}}
	}
	return Choice{Reason: chat.Reason{Code: chat.ReasonNobodyEligible}}
}

func describe(c Candidate) chat.Considered {
	return chat.Considered{OperatorID: c.Operator.ID, Name: c.Operator.Name, Open: c.Load.Open, Capacity: c.Operator.Capacity}
}

// consider is why a candidate is not eligible; an empty outcome means eligible.
func consider(conversation chat.Conversation, c Candidate) chat.Considered {
	line := describe(c)
	refused := permission.Refuses(c.Operator, conversation.StoreID)
	switch {
	case refused != "":
		line.Outcome = refused
	case c.Operator.Availability != chat.Available:
		line.Outcome = chat.OutcomeAway
	case slices.Contains(conversation.Passed, c.Operator.ID):
		line.Outcome = chat.OutcomePassed
	case c.Load.Open >= c.Operator.Capacity:
		line.Outcome = chat.OutcomeAtCapacity
	}
	return line
}

func order(a, b Candidate) int {
	return cmp.Or(
		cmp.Compare(a.Load.Open, b.Load.Open),
		a.Load.LastAssignedAt.Compare(b.Load.LastAssignedAt),
		cmp.Compare(a.Operator.ID, b.Operator.ID),
	)
}
