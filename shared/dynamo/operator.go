package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

type operatorItem struct {
	header
	Name          string   `dynamodbav:"name"`
	Email         string   `dynamodbav:"email"`
	EmailVerified bool     `dynamodbav:"emailVerified,omitempty"`
	Role          string   `dynamodbav:"role"`
	Availability  string   `dynamodbav:"availability,omitempty"`
	Capacity      int      `dynamodbav:"capacity,omitempty"`
	StoreIDs      []string `dynamodbav:"storeIds,omitempty"`
	Languages     []string `dynamodbav:"languages,omitempty"`
	Language      string   `dynamodbav:"language,omitempty"`
	Picture       string   `dynamodbav:"picture,omitempty"`
	Active        bool     `dynamodbav:"active,omitempty"`
	Subject       string   `dynamodbav:"subject,omitempty"`
	PasswordAt    millis   `dynamodbav:"passwordAt,omitempty"`
	CreatedAt     millis   `dynamodbav:"createdAt,omitempty"`
	Version       int64    `dynamodbav:"version"`
}

func toOperatorItem(o chat.Operator) operatorItem {
	return operatorItem{
		header: headed(operatorKey(o.AccountID, o.ID), kindOperator),
		Name:   o.Name, Email: o.Email, EmailVerified: o.EmailVerified, Role: string(o.Role), Availability: string(o.Availability),
		Capacity: o.Capacity, StoreIDs: strs(o.StoreIDs), Languages: strs(o.Languages), Language: string(o.Language), Picture: o.Picture,
		Active: o.Active, Subject: o.Subject, PasswordAt: millisOf(o.PasswordAt), CreatedAt: millisOf(o.CreatedAt), Version: o.Version,
	}
}

func decodeOperator(av item) (chat.Operator, error) {
	it, err := decode[operatorItem](av, kindOperator)
	if err != nil {
		return chat.Operator{}, err
	}
	account, id, err := inAccount(it.header, "O")
	return chat.Operator{
		ID: chat.OperatorID(id), AccountID: account, Name: it.Name, Email: it.Email, EmailVerified: it.EmailVerified,
		Role: chat.Role(it.Role), Availability: chat.Availability(it.Availability), Capacity: it.Capacity,
		StoreIDs: ids[chat.StoreID](it.StoreIDs), Languages: ids[chat.Language](it.Languages), Language: chat.Language(it.Language), Picture: it.Picture,
		Active: it.Active, Subject: it.Subject, PasswordAt: it.PasswordAt.time(), CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}, err
}

// claimItem makes an address unique over all accounts and leads to what has it.
type claimItem struct {
	header
	AccountID string `dynamodbav:"accountId"`
	ID        string `dynamodbav:"id"`
}

func toEmailItem(o chat.Operator) claimItem {
	return claimItem{headed(emailKey(o.Email), kindEmail), string(o.AccountID), string(o.ID)}
}

// freeFor holds while nobody else has the claim.
func freeFor(id string) *expression.ConditionBuilder {
	c := expression.AttributeNotExists(expression.Name("pk")).Or(expression.Name("id").Equal(expression.Value(id)))
	return &c
}

// held holds while the one named has the claim.
func held(id string) *expression.ConditionBuilder {
	c := expression.Name("id").Equal(expression.Value(id))
	return &c
}

func addOperator(t *tx, o chat.Operator) {
	o.Version = 1
	t.put(Directory, toEmailItem(o), freeFor(string(o.ID)), ReasonExists).field = "email"
	t.put(Directory, toOperatorItem(o), absent(), ReasonExists)
}

// Operators are all operators of an account, in the order of their creation.
func (s *Store) Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error) {
	return inDirectory(ctx, s, account, operatorPrefix, decodeOperator)
}

// Operator reads one, consistently.
func (s *Store) Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error) {
	av, err := s.get(ctx, Directory, operatorKey(account, id), true, kindOperator)
	if err != nil {
		return chat.Operator{}, err
	}
	return decodeOperator(av)
}

// OperatorByEmail finds who signs in with an address, in any account.
func (s *Store) OperatorByEmail(ctx context.Context, email string) (chat.Operator, error) {
	claim, err := s.claim(ctx, emailKey(email), kindEmail, kindOperator)
	if err != nil {
		return chat.Operator{}, err
	}
	return s.Operator(ctx, chat.AccountID(claim.AccountID), chat.OperatorID(claim.ID))
}

func (s *Store) claim(ctx context.Context, k key, kind, what string) (claimItem, error) {
	av, err := s.get(ctx, Directory, k, true, what)
	if err != nil {
		return claimItem{}, err
	}
	return decode[claimItem](av, kind)
}

// CreateOperator creates an operator. An address that somebody signs in with is Conflict "exists" with the field "email".
func (s *Store) CreateOperator(ctx context.Context, o chat.Operator, activity *chat.Activity) error {
	var t tx
	addOperator(&t, o)
	addActivity(&t, activity)
	return s.commit(ctx, &t, "create operator "+string(o.ID))
}

// UpdateOperator replaces an operator, with the job that follows from the change if there is one; a new address is claimed and
// the old one given back.
func (s *Store) UpdateOperator(ctx context.Context, before, after chat.Operator, activity *chat.Activity, job *chat.Job) error {
	var t tx
	replaceOperator(&t, before, after, activity)
	if job != nil {
		addJob(&t, *job)
	}
	return s.commit(ctx, &t, "update operator "+string(after.ID))
}

// RedeemToken uses a link's secret up together with what it was for. NotFound means that it was used already.
func (s *Store) RedeemToken(ctx context.Context, kind, hash string, before, after chat.Operator, activity *chat.Activity) error {
	there := present()
	var t tx
	t.remove(Live, tokenKey(kind, hash), &there, ReasonClaimed)
	replaceOperator(&t, before, after, activity)
	err := s.commit(ctx, &t, "redeem a link of operator "+string(after.ID))
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == ReasonClaimed {
		return notFound(kindToken)
	}
	return err
}

func replaceOperator(t *tx, before, after chat.Operator, activity *chat.Activity) {
	after.Version = before.Version + 1
	t.put(Directory, toOperatorItem(after), atVersion(before.Version), ReasonVersionChanged)
	if !strings.EqualFold(before.Email, after.Email) {
		t.put(Directory, toEmailItem(after), freeFor(string(after.ID)), ReasonExists).field = "email"
		t.remove(Directory, emailKey(before.Email), held(string(before.ID)), ReasonVersionChanged)
	}
	addActivity(t, activity)
}
