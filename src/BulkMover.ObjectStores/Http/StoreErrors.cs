using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Http;

/// <summary>Errors that every store has which is asked over HTTP.</summary>
internal static class StoreErrors
{
    public const string Missing = "store.object_missing";
    public const string BodyBroken = "store.connection_lost";
    public const string Replaced = "store.object_changed";

    public static CorruptTableException ObjectMissing(Location location, Exception? answer) =>
        new(Missing, $"There is no object '{location}'. Check the address; if the table was moved, its metadata may still name the old place.", answer);

    public static EnvironmentException Broken(Location location, Exception error) => new(BodyBroken,
        $"The connection broke while '{location}' was read: {error.Message} Check the network, then run the command again.", error)
    { IsTransient = true };

    public static EnvironmentException Changed(Location location) => new(Replaced,
        $"'{location}' was replaced while it was read. Run the command again.")
    { IsTransient = true };
}
