// Package identity is the identity provider: create a user, check a password, set it, delete the user.
//
// Users are identified by e-mail address; the provider returns a subject, its own stable id of the user. Sessions and roles are not
// stored there. Errors are faults: Conflict with reason "exists" for an existing address, Unauthenticated both for a wrong password and
// for an unknown address, Invalid with field "password" for a weak password, Unavailable when the provider does not respond. It imports
// fault and the SDK's client.
package identity

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"github.com/recado-chat/recado/shared/fault"
)

// The reasons that callers tell apart.
const (
	ReasonExists    = "exists"
	ReasonChallenge = "challenge" // the password is right, and the vault asks for more
)

// Cognito is the vault in a user pool of Amazon Cognito.
type Cognito struct {
	client   *cognito.Client
	poolID   string
	clientID string
}

// NewCognito names what is missing.
func NewCognito(client *cognito.Client, poolID, clientID string) (*Cognito, error) {
	if client == nil || poolID == "" || clientID == "" {
		return nil, fmt.Errorf("identity: client, user pool and its client are required, got pool %q and client %q", poolID, clientID)
	}
	return &Cognito{client: client, poolID: poolID, clientID: clientID}, nil
}

// Create makes a person with a permanent password and answers their subject. The password also goes as the temporary one, so
// that a weak one is refused before the person exists.
func (c *Cognito) Create(ctx context.Context, email, password string) (string, error) {
	answer, err := c.client.AdminCreateUser(ctx, &cognito.AdminCreateUserInput{
		UserPoolId:        &c.poolID,
		Username:          &email,
		TemporaryPassword: &password,
		MessageAction:     types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{
			{Name: aws.String("email"), Value: &email},
			{Name: aws.String("email_verified"), Value: aws.String("true")},
		},
	})
	if err != nil {
		return "", fmt.Errorf("create a person: %w", toFault(err))
	}
	if err := c.SetPassword(ctx, email, password); err != nil {
		return "", err
	}
	if answer.User != nil {
		for _, attribute := range answer.User.Attributes {
			if aws.ToString(attribute.Name) == "sub" {
				return aws.ToString(attribute.Value), nil
			}
		}
	}
	return "", errors.New("create a person: the user pool gave no subject")
}

// Check answers the subject of the person whose password it is.
func (c *Cognito) Check(ctx context.Context, email, password string) (string, error) {
	answer, err := c.client.AdminInitiateAuth(ctx, &cognito.AdminInitiateAuthInput{
		UserPoolId:     &c.poolID,
		ClientId:       &c.clientID,
		AuthFlow:       types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": email, "PASSWORD": password},
	})
	if err != nil {
		return "", fmt.Errorf("check a password: %w", toFault(err))
	}
	if answer.ChallengeName != "" || answer.AuthenticationResult == nil {
		return "", fault.New(fault.Unauthenticated, "sign-in requires another step").WithReason(ReasonChallenge)
	}
	return subject(aws.ToString(answer.AuthenticationResult.IdToken))
}

// SetPassword replaces the person's password for good.
func (c *Cognito) SetPassword(ctx context.Context, email, password string) error {
	_, err := c.client.AdminSetUserPassword(ctx, &cognito.AdminSetUserPasswordInput{
		UserPoolId: &c.poolID, Username: &email, Password: &password, Permanent: true,
	})
	if err != nil {
		return fmt.Errorf("set a password: %w", toFault(err))
	}
	return nil
}

// Delete removes the person; an unknown one is gone already.
func (c *Cognito) Delete(ctx context.Context, email string) error {
	_, err := c.client.AdminDeleteUser(ctx, &cognito.AdminDeleteUserInput{UserPoolId: &c.poolID, Username: &email})
	var unknown *types.UserNotFoundException
	if err != nil && !errors.As(err, &unknown) {
		return fmt.Errorf("delete a person: %w", toFault(err))
	}
	return nil
}

// subject reads the id token's claim. The token came straight from the pool, so its signature is not asked.
func subject(idToken string) (string, error) {
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		return "", errors.New("check a password: malformed token from the user pool")
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return "", fmt.Errorf("check a password: decode the user pool's token: %w", err)
	}
	var claims struct {
		Subject string `json:"sub"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", fmt.Errorf("check a password: read the user pool's token: %w", err)
	}
	if claims.Subject == "" {
		return "", errors.New("check a password: no subject in the user pool's token")
	}
	return claims.Subject, nil
}

// toFault keeps the pool's own words inside: they may repeat the address.
func toFault(err error) error {
	var (
		exists   *types.UsernameExistsException
		password *types.InvalidPasswordException
		wrong    *types.NotAuthorizedException
		unknown  *types.UserNotFoundException
		expired  *types.PasswordResetRequiredException
		invalid  *types.InvalidParameterException
	)
	switch {
	case errors.As(err, &exists):
		return fault.New(fault.Conflict, "e-mail address already in use").WithField("email").WithReason(ReasonExists)
	case errors.As(err, &password):
		return fault.New(fault.Invalid, "the password is too weak").WithField("password").WithReason("weak_password")
	case errors.As(err, &wrong), errors.As(err, &unknown), errors.As(err, &expired):
		return fault.New(fault.Unauthenticated, "wrong e-mail address or password").WithReason("wrong_credentials")
	case errors.As(err, &invalid):
		return fault.New(fault.Invalid, "invalid e-mail address or password").WithField("email").WithReason("invalid_credentials")
	}
	return fault.New(fault.Unavailable, "sign-in is unavailable").WithReason("identity_unavailable").WithCause(err)
}
