using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>One of the tables behind a Distributed table.</summary>
/// <param name="Number">From 1, as the server counts.</param>
/// <param name="Place">Host, port and weight, as the cluster's definition has them.</param>
/// <param name="Client">Its server; shared with whoever else speaks to it.</param>
/// <param name="Table">The table there.</param>
internal sealed record Shard(long Number, string Place, ServerClient Client, TableName Table)
{
    /// <summary>Does something there; an error of the shard's says which shard it is of.</summary>
    public async Task<T> DoAsync<T>(Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (TargetException error)
        {
            throw new TargetException(error.Code, $"Shard {Number} at {Client.Endpoint.Server}: {error.Message}", error) { IsTransient = error.IsTransient, IsOverload = error.IsOverload };
        }
        catch (EnvironmentException error)
        {
            throw new EnvironmentException(error.Code,
                $"Shard {Number} at {Client.Endpoint.Server} (its host is the cluster's, scheme, port, user and password are those of the target's address): {error.Message}", error)
            {
                IsTransient = error.IsTransient,
                IsOverload = error.IsOverload,
            };
        }
    }

    /// <inheritdoc cref="DoAsync{T}"/>
    public Task DoAsync(Func<Task> action) => DoAsync(async () =>
    {
        await action();
        return true;
    });
}
