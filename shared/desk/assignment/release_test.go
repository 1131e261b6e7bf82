package assignment_test

import (
	"testing"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// lost are the ways in which an operator of Shop may no longer have its conversations.
var lost = map[chat.Outcome]func(*chat.Operator){
	chat.OutcomeInactive:    func(o *chat.Operator) { o.Active = false },
	chat.OutcomeCannotReply: func(o *chat.Operator) { o.Role = chat.ReadOnly },
	chat.OutcomeNotGranted:  func(o *chat.Operator) { o.StoreIDs = []chat.StoreID{"NORTH"} },
}

// alter writes an operator as change makes them.
func alter(b *desktest.Fixture, id chat.OperatorID, change func(*chat.Operator)) {
	b.Helper()
	before, err := b.Store.Operator(b.Context(), desktest.Account, id)
	b.Must(err)
	after := before
	change(&after)
	b.Must(b.Store.UpdateOperator(b.Context(), before, after, nil, nil))
}

// B-04: what the system took away comes back to an operator who may have it again.
func TestRelease_OperatorMayAgain_GetsItBack(t *testing.T) {
	t.Parallel()
	for reason, lose := range lost {
		for _, mode := range []chat.DistributionMode{chat.DistributeToAccount, chat.DistributeToManager, chat.DistributeToGroups} {
			t.Run(string(reason)+" "+string(mode), func(t *testing.T) {
				t.Parallel()
				b := desktest.New(t, func(a *chat.Account) {
					a.Distribution = chat.Distribution{Mode: mode}
					if mode == chat.DistributeToManager {
						a.ManagerID = "bruno"
					}
				})
				was := b.Employ("bruno", desktest.Carries(5))
				open, pending := b.Write("1"), b.Write("2")
				for _, id := range []chat.ConversationID{open, pending} {
					b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), id, "bruno", 0)))
				}
				b.Must(desktest.Err(b.Desk.SetPending(b.Context(), b.Actor(), pending)))
				both := func(want chat.OperatorID) {
					t.Helper()
					for _, id := range []chat.ConversationID{open, pending} {
						b.Must(b.Desk.Release(b.Context(), desktest.Account, id, "bruno"))
					}
					b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ""))
					if got := b.Conversation(open); got.AssigneeID != want || len(got.Passed) != 0 {
						t.Errorf("the open one is %q's, passed by %q, want %q's", got.AssigneeID, got.Passed, want)
					}
				}
				both("bruno") // nothing was lost
				alter(b, "bruno", lose)
				both("")
				if got := b.Conversation(pending); got.AssigneeID != "" || b.LoadOf("bruno") != 0 {
					t.Errorf("the pending one is still %q's, the load is %d", got.AssigneeID, b.LoadOf("bruno"))
				}
				alter(b, "bruno", func(o *chat.Operator) { o.Active, o.Role, o.StoreIDs = true, was.Role, was.StoreIDs })
				both("bruno")
			})
		}
	}
}

// B-04, S1-17: nobody who cannot answer is given a conversation by hand.
func TestAssign_OperatorMayNot_Refused(t *testing.T) {
	t.Parallel()
	for reason, lose := range lost {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			b.Employ("bruno", lose)
			id := b.Write("1")
			_, err := b.Desk.Assign(b.Context(), b.Actor(), id, "bruno", 0)
			b.WantFault(err, fault.Conflict, string(reason))
			if got := b.Conversation(id); got.AssigneeID != "" {
				t.Errorf("it is %q's", got.AssigneeID)
			}
		})
	}
}

func TestReopen_FormerOperatorMayNot_BackToPool(t *testing.T) {
	t.Parallel()
	for reason, lose := range lost {
		t.Run(string(reason), func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			b.Employ("bruno")
			id := b.Write("1")
			b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), id, "bruno", 0)))
			b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), id)))
			alter(b, "bruno", lose)
			b.Must(desktest.Err(b.Desk.Reopen(b.Context(), b.Actor(), id)))
			if got := b.Conversation(id); !got.InPool() {
				t.Errorf("it is %q's", got.AssigneeID)
			}
		})
	}
}
