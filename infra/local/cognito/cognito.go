// Package cognito is the local stack's Cognito user pool, stored in a file. It serves the calls that shared/identity makes.
//
// As in Cognito, usernames are case-insensitive, errors have the same names, and an unknown user gets the same answer after the same
// time as a wrong password. Every pool id means the same pool. Acknowledged changes survive kill -9. It imports awsjson, bbolt and argon2.
package cognito

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	"github.com/recado-chat/recado/infra/local/awsjson"
)

// The password policy of the deployed pool.
const (
	minPassword = 10
	maxPassword = 256
)

var bucket = []byte("users")

// Server serves the calls of the user pool.
type Server struct {
	http.Handler
	db     *bolt.DB
	hasher *hasher
}

type user struct {
	Subject   string `json:"subject"`
	Email     string `json:"email"`
	Password  string `json:"password"`
	Temporary bool   `json:"temporary"`
}

// Open opens the pool at path and creates it if it does not exist.
func Open(path string) (*Server, error) { return open(path, memoryKiB) }

// OpenWeak is Open with cheap, weak hashes, for tests with many sign-ins.
func OpenWeak(path string) (*Server, error) { return open(path, weakKiB) }

func open(path string, memory uint32) (*Server, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: 5 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("open the local user pool: %w", err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists(bucket)
		return err
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the local user pool: %w", err), db.Close())
	}
	s := &Server{db: db, hasher: newHasher(memory)}
	s.Handler = awsjson.Handler("AWSCognitoIdentityProviderService", map[string]awsjson.Operation{
		"AdminCreateUser":      awsjson.On(s.create),
		"AdminSetUserPassword": awsjson.On(s.setPassword),
		"AdminInitiateAuth":    awsjson.On(s.authenticate),
		"AdminDeleteUser":      awsjson.On(s.remove),
	})
	return s, nil
}

// Close closes the file.
func (s *Server) Close() error { return s.db.Close() }

type attribute struct {
	Name  string
	Value string
}

type createInput struct {
	Username          string
	TemporaryPassword string
	UserAttributes    []attribute
}

type createOutput struct {
	User struct {
		Username   string
		Enabled    bool
		UserStatus string
		Attributes []attribute
	}
}

func (s *Server) create(_ context.Context, in createInput) (createOutput, error) {
	var out createOutput
	if key(in.Username) == "" {
		return out, &awsjson.Error{Type: "InvalidParameterException", Message: "a username is needed"}
	}
	if err := policy(in.TemporaryPassword); err != nil {
		return out, err
	}
	created := user{Subject: uuid.NewString(), Password: s.hasher.hash(in.TemporaryPassword), Temporary: true}
	for _, a := range in.UserAttributes {
		if a.Name == "email" {
			created.Email = a.Value
		}
	}
	err := s.db.Update(func(tx *bolt.Tx) error {
		if _, err := get(tx, in.Username); err == nil {
			return &awsjson.Error{Type: "UsernameExistsException", Message: "User account already exists"}
		}
		return put(tx, in.Username, created)
	})
	if err != nil {
		return out, err
	}
	out.User.Username, out.User.Enabled, out.User.UserStatus = created.Subject, true, "FORCE_CHANGE_PASSWORD"
	out.User.Attributes = append([]attribute{{Name: "sub", Value: created.Subject}}, in.UserAttributes...)
	return out, nil
}

type setPasswordInput struct {
	Username  string
	Password  string
	Permanent bool
}

type empty struct{}

func (s *Server) setPassword(_ context.Context, in setPasswordInput) (empty, error) {
	if err := policy(in.Password); err != nil {
		return empty{}, err
	}
	hashed := s.hasher.hash(in.Password)
	return empty{}, s.db.Update(func(tx *bolt.Tx) error {
		known, err := get(tx, in.Username)
		if err != nil {
			return err
		}
		known.Password, known.Temporary = hashed, !in.Permanent
		return put(tx, in.Username, known)
	})
}

type authenticateInput struct {
	AuthFlow       string
	AuthParameters map[string]string
}

type authenticateOutput struct {
	ChallengeName        string      `json:",omitempty"`
	AuthenticationResult *authResult `json:",omitempty"`
}

type authResult struct {
	IDToken   string `json:"IdToken"`
	TokenType string
	ExpiresIn int
}

func (s *Server) authenticate(_ context.Context, in authenticateInput) (authenticateOutput, error) {
	if in.AuthFlow != "ADMIN_USER_PASSWORD_AUTH" {
		return authenticateOutput{}, &awsjson.Error{Type: "InvalidParameterException", Message: "this flow is not enabled for the client"}
	}
	var known user
	err := s.db.View(func(tx *bolt.Tx) (err error) {
		known, err = get(tx, in.AuthParameters["USERNAME"])
		return err
	})
	var refusal *awsjson.Error
	if err != nil && !errors.As(err, &refusal) {
		return authenticateOutput{}, err
	}
	// For an unknown user, compare with a hash that nothing matches, so that the time is the same.
	if !s.hasher.matches(known.Password, in.AuthParameters["PASSWORD"]) {
		return authenticateOutput{}, &awsjson.Error{Type: "NotAuthorizedException", Message: "Incorrect username or password."}
	}
	if known.Temporary {
		return authenticateOutput{ChallengeName: "NEW_PASSWORD_REQUIRED"}, nil
	}
	token, err := idToken(known)
	if err != nil {
		return authenticateOutput{}, err
	}
	return authenticateOutput{AuthenticationResult: &authResult{IDToken: token, TokenType: "Bearer", ExpiresIn: 3600}}, nil
}

type removeInput struct {
	Username string
}

func (s *Server) remove(_ context.Context, in removeInput) (empty, error) {
	return empty{}, s.db.Update(func(tx *bolt.Tx) error {
		if _, err := get(tx, in.Username); err != nil {
			return err
		}
		return tx.Bucket(bucket).Delete([]byte(key(in.Username)))
	})
}

// idToken makes an unsigned JWT: the caller, who just checked the password, does not verify it.
func idToken(u user) (string, error) {
	claims, err := json.Marshal(map[string]string{"sub": u.Subject, "email": u.Email, "token_use": "id"})
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	return part([]byte(`{"alg":"none"}`)) + "." + part(claims) + ".", nil
}

func policy(password string) error {
	if n := utf8.RuneCountInString(password); n < minPassword || n > maxPassword {
		return &awsjson.Error{
			Type:    "InvalidPasswordException",
			Message: fmt.Sprintf("Password did not conform with policy: %d to %d characters", minPassword, maxPassword),
		}
	}
	return nil
}

func key(username string) string { return strings.ToLower(strings.TrimSpace(username)) }

func get(tx *bolt.Tx, username string) (user, error) {
	var u user
	value := tx.Bucket(bucket).Get([]byte(key(username)))
	if value == nil {
		return u, &awsjson.Error{Type: "UserNotFoundException", Message: "User does not exist."}
	}
	if err := json.Unmarshal(value, &u); err != nil {
		return u, fmt.Errorf("read a user: %w", err)
	}
	return u, nil
}

func put(tx *bolt.Tx, username string, u user) error {
	value, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("write a user: %w", err)
	}
	return tx.Bucket(bucket).Put([]byte(key(username)), value)
}
