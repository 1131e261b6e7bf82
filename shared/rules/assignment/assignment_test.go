package assignment

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recado-chat/recado/shared/chat"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func operator(id string, change ...func(*Candidate)) Candidate {
	c := Candidate{
		Operator: chat.Operator{
			ID: chat.OperatorID(id), Name: id, Role: chat.OperatorRole, Availability: chat.Available,
			Capacity: 20, Active: true, StoreIDs: []chat.StoreID{"shop"},
		},
		Load: chat.Load{OperatorID: chat.OperatorID(id), LastAssignedAt: noon},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func open(n int) func(*Candidate) { return func(c *Candidate) { c.Load.Open = n } }
func lastAt(t time.Time) func(*Candidate) {
	return func(c *Candidate) { c.Load.LastAssignedAt = t }
}
func away(c *Candidate)     { c.Operator.Availability = chat.Away }
func inactive(c *Candidate) { c.Operator.Active = false }
func readonly(c *Candidate) { c.Operator.Role = chat.ReadOnly }
func elsewhere(c *Candidate) {
	c.Operator.StoreIDs = []chat.StoreID{"other"}
}

var accountWide = chat.Distribution{Mode: chat.DistributeToAccount}

func TestChoose(t *testing.T) { // B-04, C-05, S3-10
	t.Parallel()
	waiting := chat.Conversation{ID: "c", StoreID: "shop", Status: chat.Open}
	former := waiting
	former.FormerID = "b"
	passed := waiting
	passed.Passed = []chat.OperatorID{"a"}
	tests := []struct {
		name         string
		conversation chat.Conversation
		distribution chat.Distribution
		candidates   []Candidate
		chosen       chat.OperatorID
		code         chat.ReasonCode
		outcomes     map[chat.OperatorID]chat.Outcome
	}{
		{
			name: "fewest open conversations", conversation: waiting, distribution: accountWide,
			candidates: []Candidate{operator("a", open(3)), operator("b", open(1))}, chosen: "b", code: chat.ReasonFewestOpen,
			outcomes: map[chat.OperatorID]chat.Outcome{"a": chat.OutcomeBusier, "b": chat.OutcomeChosen},
		},
		{
			name: "equal loads: longest without an assignment", conversation: waiting, distribution: accountWide,
			candidates: []Candidate{operator("a"), operator("b", lastAt(noon.Add(-time.Hour)))}, chosen: "b", code: chat.ReasonLongestWithout,
			outcomes: map[chat.OperatorID]chat.Outcome{"a": chat.OutcomeServedLater, "b": chat.OutcomeChosen},
		},
		{
			name: "passed, away, inactive, at capacity, without the grant, read-only: nobody", conversation: passed, distribution: accountWide,
			candidates: []Candidate{operator("a"), operator("b", away), operator("c", inactive), operator("d", open(20)), operator("e", elsewhere), operator("f", readonly)},
			code:       chat.ReasonNobodyEligible,
			outcomes: map[chat.OperatorID]chat.Outcome{
				"a": chat.OutcomePassed, "b": chat.OutcomeAway, "c": chat.OutcomeInactive, "d": chat.OutcomeAtCapacity, "e": chat.OutcomeNotGranted,
				"f": chat.OutcomeCannotReply,
			},
		},
		{
			name: "former operator became read-only", conversation: former, distribution: accountWide,
			candidates: []Candidate{operator("a"), operator("b", readonly)}, chosen: "a", code: chat.ReasonFewestOpen,
			outcomes: map[chat.OperatorID]chat.Outcome{"a": chat.OutcomeChosen, "b": chat.OutcomeCannotReply},
		},
		{
			name: "former operator comes first, though busier", conversation: former, distribution: accountWide,
			candidates: []Candidate{operator("a"), operator("b", open(7))}, chosen: "b", code: chat.ReasonFormerOperator,
			outcomes: map[chat.OperatorID]chat.Outcome{"a": chat.OutcomeServedLater, "b": chat.OutcomeChosen},
		},
		{
			name: "former operator is not eligible", conversation: former, distribution: accountWide,
			candidates: []Candidate{operator("a"), operator("b", away)}, chosen: "a", code: chat.ReasonFewestOpen,
			outcomes: map[chat.OperatorID]chat.Outcome{"a": chat.OutcomeChosen, "b": chat.OutcomeAway},
		},
		{
			name: "manager, though away and at capacity", conversation: waiting,
			distribution: chat.Distribution{Mode: chat.DistributeToManager, ManagerID: "b"},
			candidates:   []Candidate{operator("a"), operator("b", away, open(99))}, chosen: "b", code: chat.ReasonFixedManager,
			outcomes: map[chat.OperatorID]chat.Outcome{"b": chat.OutcomeChosen},
		},
		{
			name: "manager without the grant", conversation: waiting,
			distribution: chat.Distribution{Mode: chat.DistributeToManager, ManagerID: "b"},
			candidates:   []Candidate{operator("a"), operator("b", elsewhere)}, code: chat.ReasonNobodyEligible,
			outcomes: map[chat.OperatorID]chat.Outcome{"b": chat.OutcomeNotGranted},
		},
		{
			name: "manager is read-only", conversation: waiting,
			distribution: chat.Distribution{Mode: chat.DistributeToManager, ManagerID: "b"},
			candidates:   []Candidate{operator("a"), operator("b", readonly)}, code: chat.ReasonNobodyEligible,
			outcomes: map[chat.OperatorID]chat.Outcome{"b": chat.OutcomeCannotReply},
		},
		{
			name: "manager is inactive", conversation: waiting,
			distribution: chat.Distribution{Mode: chat.DistributeToManager, ManagerID: "b"},
			candidates:   []Candidate{operator("a"), operator("b", inactive)}, code: chat.ReasonNobodyEligible,
			outcomes: map[chat.OperatorID]chat.Outcome{"b": chat.OutcomeInactive},
		},
		{
			name: "distribution by groups leaves it in the pool", conversation: waiting,
			distribution: chat.Distribution{Mode: chat.DistributeToGroups}, candidates: []Candidate{operator("a")}, code: chat.ReasonNobodyEligible,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			choice := Choose(test.conversation, test.distribution, test.candidates)
			var chosen chat.OperatorID
			if choice.Operator != nil {
				chosen = choice.Operator.ID
			}
			if chosen != test.chosen || choice.Reason.Code != test.code {
				t.Errorf("chose %q (%q), want %q (%q)", chosen, choice.Reason.Code, test.chosen, test.code)
			}
			outcomes := make(map[chat.OperatorID]chat.Outcome)
			for _, line := range choice.Reason.Considered {
				outcomes[line.OperatorID] = line.Outcome
			}
			if fmt.Sprint(outcomes) != fmt.Sprint(test.outcomes) {
				t.Errorf("outcomes %v, want %v", outcomes, test.outcomes)
			}
		})
	}
}

func TestChoose_CapacityAndOrder(t *testing.T) { // B-04
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		candidates := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Candidate {
			return operator(rapid.StringMatching(`[a-z]{6}`).Draw(t, "id"),
				open(rapid.IntRange(0, 25).Draw(t, "open")),
				lastAt(noon.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "minutes"))*time.Minute)),
				func(c *Candidate) {
					if rapid.Bool().Draw(t, "away") {
						away(c)
					}
				})
		}), 0, 12).Draw(t, "candidates")
		conversation := chat.Conversation{StoreID: "shop", Status: chat.Open}
		choice := Choose(conversation, accountWide, candidates)
		if len(choice.Reason.Considered) != len(candidates) {
			t.Fatalf("%d operators considered of %d", len(choice.Reason.Considered), len(candidates))
		}
		for _, line := range choice.Reason.Considered {
			if line.Outcome == "" || (line.Outcome == chat.OutcomeChosen && line.Open >= line.Capacity) {
				t.Fatalf("%+v", line)
			}
		}
		slices.Reverse(candidates)
		again := Choose(conversation, accountWide, candidates)
		if (choice.Operator == nil) != (again.Operator == nil) || (choice.Operator != nil && choice.Operator.ID != again.Operator.ID) {
			t.Fatalf("the result depends on the order of the list: %v, %v", choice.Operator, again.Operator)
		}
	})
}

func TestFree(t *testing.T) { // B-04, S3-10
	t.Parallel()
	team := []Candidate{
		operator("a"), operator("b", away), operator("c", inactive), operator("d", open(20)), operator("e", elsewhere), operator("f", readonly), operator("g", open(19)),
	}
	for _, test := range []struct {
		mode    chat.DistributionMode
		manager chat.OperatorID
		want    []chat.OperatorID
		takers  Takers
	}{
		{chat.DistributeToAccount, "b", []chat.OperatorID{"a", "g"}, AllTakers},
		{chat.DistributeToGroups, "", []chat.OperatorID{"a", "g"}, FormerTakers},
		{chat.DistributeToManager, "b", []chat.OperatorID{"a", "b", "g"}, AllTakers},
		{chat.DistributeToManager, "f", []chat.OperatorID{"a", "g"}, FormerTakers},
	} {
		distribution := chat.Distribution{Mode: test.mode, ManagerID: test.manager}
		if got := Free("shop", distribution, team); !slices.Equal(got, test.want) || TakersOf("shop", distribution, team) != test.takers {
			t.Errorf("%+v: %v", distribution, got)
		}
	}
}
