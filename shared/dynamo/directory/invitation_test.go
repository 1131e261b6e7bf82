package directory_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

func invitation(link string) chat.Invitation {
	return chat.Invitation{
		ID: chat.InvitationIDOf(account, "Beto@example.com"), AccountID: account, Email: "beto@example.com", Role: chat.Editor, StoreIDs: []chat.StoreID{shop},
		InviterID: ana, InviterName: "Ana", TokenHash: link, SentAt: noon, ExpiresAt: noon.Add(chat.InvitationLasts),
	}
}

func invitationMail(id string) chat.Mail {
	return chat.Mail{ID: id, AccountID: account, To: "beto@example.com", Template: chat.MailInvitation, State: chat.MailQueued, CreatedAt: noon}
}

// S0-01
func TestInvitation_SentAgain_ReplacesTheLink(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewAccount(t, db, noon)
		first, second := invitation("FIRST"), invitation("SECOND")
		if first.ID != chat.InvitationIDOf(account, "beto@EXAMPLE.com") || first.ID == chat.InvitationIDOf("ACC2", first.Email) {
			t.Fatalf("the id %s is not the address's in the account", first.ID)
		}
		entry := chat.Activity{AccountID: account, RequestID: "REQ", At: noon, Action: "invitation.sent"}
		dynamotest.Must(t, db.PutInvitation(ctx, nil, first, invitationMail("MAIL1"), &entry))
		dynamotest.WantFault(t, db.PutInvitation(ctx, nil, first, invitationMail("MAIL1"), nil), fault.Conflict, "exists")
		dynamotest.WantFault(t, db.PutInvitation(ctx, nil, second, invitationMail("MAIL2"), nil), fault.Conflict, "version_changed")
		_, err := db.Mail(ctx, account, "MAIL2")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		dynamotest.Must(t, db.PutInvitation(ctx, &first, second, invitationMail("MAIL2"), nil))
		list, err := db.Invitations(ctx, account)
		dynamotest.Must(t, err)
		dynamotest.Same(t, list, []chat.Invitation{second})
		others, err := db.Invitations(ctx, "ACC2")
		dynamotest.Must(t, err)
		dynamotest.Same(t, others, nil)

		beto := chat.Operator{ID: "OPEBETO", AccountID: account, Email: first.Email, Role: chat.Editor}
		dynamotest.WantFault(t, db.AcceptInvitation(ctx, first, beto, nil), fault.Conflict, "version_changed")
		dynamotest.WantFault(t, db.RevokeInvitation(ctx, first, nil), fault.Conflict, "version_changed")
		dynamotest.Must(t, db.RevokeInvitation(ctx, second, nil))
		dynamotest.WantFault(t, db.AcceptInvitation(ctx, second, beto, nil), fault.Conflict, "version_changed")
		_, err = db.Invitation(ctx, account, second.ID)
		dynamotest.WantFault(t, err, fault.NotFound, "")
		_, err = db.OperatorByEmail(ctx, first.Email)
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

// S0-01
func TestInvitation_AcceptedAtOnce_OneOperator(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewAccount(t, db, noon)
		i := invitation("LINK")
		dynamotest.Must(t, db.PutInvitation(ctx, nil, i, invitationMail("MAIL"), nil))
		token := dynamo.Token{Hash: "LINK", Kind: "invitation", AccountID: account, InvitationID: i.ID, OperatorID: "OPE1", ExpiresAt: noon.Add(1)}
		dynamotest.Must(t, db.PutToken(ctx, token))
		got, err := db.Token(ctx, "invitation", "LINK", noon.Add(-1))
		dynamotest.Must(t, err)
		if got.InvitationID != i.ID || got.OperatorID != "OPE1" {
			t.Fatalf("the token leads to %+v", got)
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for _, id := range []chat.OperatorID{"OPE1", "OPE2", "OPE3"} {
			wg.Go(func() {
				o := i.Operator(id, noon)
				if err := db.AcceptInvitation(ctx, i, o, nil); err == nil {
					won.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		o, err := db.OperatorByEmail(ctx, i.Email)
		dynamotest.Must(t, err)
		if won.Load() != 1 || o.Role != chat.Editor || !o.EmailVerified || !o.Active || len(o.StoreIDs) != 1 || o.StoreIDs[0] != shop {
			t.Fatalf("%d accepted, and the operator is %+v", won.Load(), o)
		}
		dynamotest.WantFault(t, db.AcceptInvitation(ctx, i, o, nil), fault.Conflict, "exists")
	})
}
